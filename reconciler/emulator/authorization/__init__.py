"""Subscriptions, role assignments and what follows from them, in Azure Resource Manager."""
