"""Files that are removed, replaced or swapped during a run are detected and not followed."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.core.errors import RunFailed
from reconciler.store.file_lock import hold
from reconciler.store.files import open_regular, sync_directory
from reconciler.store.journal import lines
from reconciler.store.journal_check import verify
from tests.store.journals import change, opened, result, written


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The path of the journal."""
    (tmp_path / "state").mkdir()
    return tmp_path / "state" / "tenants.journal.jsonl"


def removed(path: Path) -> None:
    path.unlink()


def replaced(path: Path) -> None:
    path.rename(path.with_suffix(".old"))
    path.write_bytes(path.with_suffix(".old").read_bytes())


def linked(path: Path) -> None:
    path.rename(path.with_suffix(".old"))
    path.symlink_to(path.with_suffix(".old"))


def directory_moved(path: Path) -> None:
    path.parent.rename(path.parent.with_name("moved"))
    path.parent.mkdir()


@pytest.mark.parametrize("harm", [removed, replaced, linked, directory_moved])
def test_no_line_is_written_once_the_journal_is_another_file(
    path: Path, harm: Callable[[Path], None]
) -> None:
    """A write must not follow an intent that later runs cannot find."""
    journal = opened(path)
    journal.intend(change(1))
    harm(path)
    with pytest.raises(RunFailed, match="removed or replaced"):
        journal.settle(result(1))
    with pytest.raises(RunFailed, match="nothing more is written to Azure"):
        journal.intend(change(2))


def test_a_second_run_in_the_journal_stops_the_first(path: Path) -> None:
    """The first run lost its lock, and its next line would break the chain of both."""
    journal = opened(path)
    journal.intend(change(1))
    second = opened(path, "run-2")
    with pytest.raises(RunFailed, match="another process wrote"):
        journal.settle(result(1))
    second.intend(change(2))
    second.settle(result(2))
    assert verify(path).error is None
    assert opened(path, "run-3").unfinished == (("C1", "app"),)


@pytest.mark.parametrize("harm", [removed, replaced, linked, directory_moved])
def test_a_lock_that_is_another_file_is_lost(path: Path, harm: Callable[[Path], None]) -> None:
    """Another run could hold a lock at that path."""
    with hold(path, 0) as lock:
        lock.check()
        harm(path)
        with pytest.raises(RunFailed, match="another run could start"):
            lock.check()


def test_without_its_lock_a_run_records_outcomes_but_no_intents(path: Path) -> None:
    """Writes that were already sent still get their outcome."""
    journal = opened(path, checks=[lambda: None])
    journal.intend(change(1))
    journal.close()

    def lost() -> None:
        raise RunFailed("the lock was lost")

    journal = opened(path, "run-2", checks=[lost])
    with pytest.raises(RunFailed, match="lost"):
        journal.intend(change(2))
    journal.settle(result(1))
    assert [line["event"] for line in lines(path)] == ["run", "intent", "run", "outcome"]
    assert verify(path).error is None


def test_no_line_follows_a_failed_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line after a torn one would break the chain. The next run seals it first."""
    journal = opened(path)
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:20]))
    with pytest.raises(RunFailed, match="Free some space"):
        journal.intend(change())
    monkeypatch.undo()
    with pytest.raises(RunFailed, match="Free some space"):
        journal.settle(result())
    opened(path, "run-2").close()
    assert verify(path).error is None


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "Free some space"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "Give this user write access"),
        (errno.EIO, "nothing is written to Azure"),
    ],
)
def test_each_disk_error_has_a_remedy(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int, hint: str
) -> None:
    """Both when the file cannot be opened and when a line cannot be written."""

    def fails(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    journal = opened(path)
    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(RunFailed, match=hint):
        journal.intend(change())
    monkeypatch.undo()
    monkeypatch.setattr(os, "open", fails)
    with pytest.raises(RunFailed, match=hint):
        opened(path)


@pytest.mark.parametrize("target", ["there", "missing"])
def test_a_symbolic_link_is_not_followed(path: Path, target: str) -> None:
    """It is not read, written or locked, and nothing is created at its target."""
    other = path.with_name("other")
    if target == "there":
        written(other)
    before = other.read_bytes() if other.exists() else None
    path.symlink_to(other)
    for call in (opened, verify, lambda path: hold(path, 0).__enter__()):
        with pytest.raises(RunFailed, match="symbolic link"):
            call(path)
    assert (other.read_bytes() if other.exists() else None) == before


def test_a_fifo_or_a_directory_in_its_place_does_not_block(path: Path) -> None:
    """It is refused at once."""
    os.mkfifo(path)
    for call in (opened, verify, lambda path: hold(path, 0).__enter__()):
        with pytest.raises(RunFailed, match="not a regular file"):
            call(path)
    path.unlink()
    path.mkdir()
    for call in (opened, verify, lambda path: hold(path, 0).__enter__()):
        with pytest.raises(RunFailed):
            call(path)


def test_a_new_file_is_private_and_closed_on_exec(path: Path) -> None:
    """Mode 0600, and no other program inherits it."""
    handle = open_regular(path, os.O_RDWR | os.O_CREAT)
    assert stat.S_IMODE(os.fstat(handle).st_mode) == 0o600
    assert not os.get_inheritable(handle)
    os.close(handle)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_filesystem_that_cannot_sync_directories_is_a_warning(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The journal is kept. One warning describes what a power failure may cost."""
    fsync = os.fsync

    def picky(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", picky)
    journal = opened(path)
    (warning,) = journal.warnings
    assert "power cut" in warning
    journal.intend(change())
    journal.close()
    assert opened(path, "run-2").warnings == ()


def test_any_other_directory_error_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EIO means that the name may not be on disk."""

    def broken(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        sync_directory(tmp_path)
