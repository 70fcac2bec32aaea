"""The history: runs, their observations and their writes, in SQLite or PostgreSQL."""
