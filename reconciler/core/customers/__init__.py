"""Customers: discovery, attestation, explanations and evidence."""
