"""Run history: what runs observed and wrote, changes between runs, notifications."""
