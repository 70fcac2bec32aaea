"""The page of promises names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_promise_is_held_by_a_test_that_exists() -> None:
    """A promise whose test was renamed or dropped is a promise no longer."""
    page = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
    promised = set(re.findall(r"`(test_[a-z0-9_]+)`", page))
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_[a-z0-9_]+)\(", path.read_text(encoding="utf-8"), re.M)
    }
    assert sorted(promised - there) == []
    assert len(promised) > 40
