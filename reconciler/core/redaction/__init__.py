"""Removal of secrets from every text that leaves the program."""
