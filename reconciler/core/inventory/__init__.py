"""The inventory: what is known of each link, filters, totals, resilience, secret rotation."""
