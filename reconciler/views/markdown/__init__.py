"""Markdown documents: pull request comments, and notes for customers and for people."""
