"""The seed: the initial state of an emulated Azure."""
