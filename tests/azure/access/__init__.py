"""Tests of the requests behind the access check."""
