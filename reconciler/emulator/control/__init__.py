"""The control route, by which tests inspect and change the emulator."""
