"""The desk fixture of the end-to-end tests."""

from tests.e2e.conftest import desk

__all__ = ["desk"]
