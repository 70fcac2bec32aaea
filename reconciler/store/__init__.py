"""What is kept on disk: the lock."""
