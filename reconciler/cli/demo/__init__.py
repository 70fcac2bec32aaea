"""The world that `demo` plays in: a tenants.yaml, and the Azure that it finds."""
