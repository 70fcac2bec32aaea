"""What the program knows: pure values and decisions. No I/O, no clock, no third-party import."""
