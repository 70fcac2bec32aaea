"""Terminal tables for plans, reports, inventories and checkups."""
