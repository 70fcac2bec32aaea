"""Secrets of identities: references, their checks, key vaults and rotation."""
