"""tenants.yaml: its model, its checks, and what it asks for on a day (`load`)."""
