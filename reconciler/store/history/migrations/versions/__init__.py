"""A module for each version; one that was released is never edited."""
