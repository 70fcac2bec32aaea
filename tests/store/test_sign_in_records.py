"""Sign-in records are private and complete; unreadable records are ignored."""

import pickle
from pathlib import Path

import pytest

from reconciler.core.errors import RunFailed
from reconciler.store.sign_in_records import FileRecords


def test_a_saved_record_is_loaded(tmp_path: Path) -> None:
    """The last saved record is loaded, also by a worker that received the path."""
    records = FileRecords(tmp_path / "people")
    records.save("a", "old")
    records.save("a", "new")
    assert pickle.loads(pickle.dumps(records)).load("a") == "new"


def test_only_the_owner_can_read_a_record(tmp_path: Path) -> None:
    """Other users cannot even list the records."""
    FileRecords(tmp_path / "people").save("a", "x")
    assert (tmp_path / "people").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "people" / "a.json").stat().st_mode & 0o777 == 0o600


def test_no_record_is_no_error(tmp_path: Path) -> None:
    """A missing and an unreadable record are treated alike."""
    records = FileRecords(tmp_path)
    assert records.load("a") is None
    (tmp_path / "b.json").write_bytes(b"\xff")
    assert records.load("b") is None


def test_a_record_that_cannot_be_saved_ends_the_run(tmp_path: Path) -> None:
    """The message names the file."""
    (tmp_path / "people").write_text("a file")
    with pytest.raises(RunFailed, match=r"cannot save the sign-in record .*people"):
        FileRecords(tmp_path / "people").save("a", "x")
