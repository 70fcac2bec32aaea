"""HTML pages: each is one self-contained file that loads nothing from the network."""
