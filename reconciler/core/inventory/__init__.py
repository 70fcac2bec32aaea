"""What an inventory adds to the links: totals, filters, resilience, secret rotation."""
