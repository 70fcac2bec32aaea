"""Rendering of facts as text: no I/O and no decisions. `registry` lists every renderer."""
