"""A desk for each test, as in the end-to-end tests."""

from tests.e2e.conftest import desk

__all__ = ["desk"]
