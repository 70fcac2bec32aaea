"""HTTPS requests: connections, retries, limits."""
