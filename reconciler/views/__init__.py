"""Facts become text: one module a format. No I/O, no decision."""
