"""State on disk: journal, history, locks and sign-in records."""
