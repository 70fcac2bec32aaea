"""Control routes, with which tests inspect and change the emulator."""
