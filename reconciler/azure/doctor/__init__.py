"""The requests behind `doctor`."""
