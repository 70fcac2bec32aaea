"""Facts as pages: one self-contained HTML file each, that asks no network for anything."""
