"""What the emulated Azure holds."""
