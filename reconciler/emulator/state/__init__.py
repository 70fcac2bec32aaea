"""The state of the emulated Azure."""
