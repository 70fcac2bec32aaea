"""The history: runs, what they saw and what they wrote, in SQLite or PostgreSQL."""
