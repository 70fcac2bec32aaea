"""The version of the program, alone in a module so that it can be shown without loading more."""

__version__ = "0.1.0"
