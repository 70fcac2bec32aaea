"""The seed: what an emulated Azure holds at its start."""
