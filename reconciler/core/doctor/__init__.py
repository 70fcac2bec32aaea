"""The checks that `doctor` makes, and what follows from their results."""
