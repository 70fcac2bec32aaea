"""The pydantic model of tenants.yaml and the messages for what does not fit it."""
