"""Multi-step work shared by commands."""
