"""tenants.yaml: its model, and the way from its bytes to a `Config` or to every complaint."""
