"""Schema versions, a module each. A released one is never edited."""
