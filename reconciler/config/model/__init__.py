"""Pydantic model of tenants.yaml, and the messages for values that do not fit it."""
