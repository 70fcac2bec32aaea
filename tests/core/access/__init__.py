"""Tests of the decisions of the access check."""
