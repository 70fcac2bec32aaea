"""What an unattended run sends: its result in one line, and a notification."""
