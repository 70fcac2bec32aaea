"""Flows about customers and people: init, discover, attest, evidence, and notes to send."""
