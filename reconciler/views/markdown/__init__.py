"""GitHub Markdown: pull-request comments and notes."""
