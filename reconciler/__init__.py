"""pal-reconcile keeps Partner Admin Link right across all of a partner's customer tenants."""
