"""Plans and inventories for a terminal."""
