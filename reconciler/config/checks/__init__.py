"""Checks across several parts of tenants.yaml."""
