"""Promises in docs/safety.md: each names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_promise_names_existing_tests() -> None:
    """If a test is renamed or removed, its promise must be updated."""
    page = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
    promised = set(re.findall(r"`(test_[a-z0-9_]+)`", page))
    existing = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_[a-z0-9_]+)\(", path.read_text(encoding="utf-8"), re.M)
    }
    assert sorted(promised - existing) == []
    assert len(promised) > 40
