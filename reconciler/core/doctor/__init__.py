"""The checks of `doctor` and their results."""
