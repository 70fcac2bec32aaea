"""Guards: checks of a whole plan before anything is written."""
