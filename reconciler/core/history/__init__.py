"""What one run leaves for the next: link states over time, changes, notifications."""
