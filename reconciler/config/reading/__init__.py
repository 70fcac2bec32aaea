"""From files to a document in which every value knows its place."""
