"""The installed command, run as its users run it, against the emulator over TLS."""
