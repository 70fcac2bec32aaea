"""Past runs, link events and sign-ins as text."""
