"""Readers of YAML, CSV and included files, with the location of every value."""
