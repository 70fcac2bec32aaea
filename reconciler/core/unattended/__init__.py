"""Guards of runs that nobody reviews."""
