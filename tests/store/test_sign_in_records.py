"""Records of who signed in: private, whole, and nothing when they cannot be read."""

import pickle
from pathlib import Path

import pytest

from reconciler.core.errors import RunFailed
from reconciler.store.sign_in_records import FileRecords


def test_a_record_comes_back(tmp_path: Path) -> None:
    """What was saved last is loaded, also by a worker that was sent the place."""
    records = FileRecords(tmp_path / "people")
    records.save("a", "old")
    records.save("a", "new")
    assert pickle.loads(pickle.dumps(records)).load("a") == "new"


def test_a_record_is_its_owners_only(tmp_path: Path) -> None:
    """Nobody else may even list them."""
    FileRecords(tmp_path / "people").save("a", "x")
    assert (tmp_path / "people").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "people" / "a.json").stat().st_mode & 0o777 == 0o600


def test_no_record_is_no_error(tmp_path: Path) -> None:
    """Missing and unreadable are one: nothing is known."""
    records = FileRecords(tmp_path)
    assert records.load("a") is None
    (tmp_path / "b.json").write_bytes(b"\xff")
    assert records.load("b") is None


def test_a_record_that_cannot_be_kept_ends_the_run(tmp_path: Path) -> None:
    """The message names the file."""
    (tmp_path / "people").write_text("a file")
    with pytest.raises(RunFailed, match=r"cannot save the sign-in record .*people"):
        FileRecords(tmp_path / "people").save("a", "x")
