"""Access: whether the principal of a link holds a role that counts, decided from what was read."""
