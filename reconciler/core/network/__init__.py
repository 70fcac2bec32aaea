"""Endpoints and proxies: checks of values that decide which hosts are spoken to."""
