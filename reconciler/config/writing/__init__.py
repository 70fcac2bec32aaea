"""New and changed tenants.yaml files."""
