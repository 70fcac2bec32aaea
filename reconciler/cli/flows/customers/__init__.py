"""Flows about customers: discover, attest and evidence."""
