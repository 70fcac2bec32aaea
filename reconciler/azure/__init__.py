"""The only code that knows Azure: clouds, credentials, requests, answers."""
