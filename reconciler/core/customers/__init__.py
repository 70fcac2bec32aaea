"""Customers found, explained, attested and shown evidence."""
