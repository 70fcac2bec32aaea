"""Lists under a heading: past runs, link events, inventory groups and sign-ins."""
