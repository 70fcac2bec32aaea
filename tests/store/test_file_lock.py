"""Only one run writes for a file at a time, and a run that died blocks no other."""

import errno
import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from reconciler.core.errors import Locked, RunFailed
from reconciler.store.file_lock import hold

HOLDER = (
    "import sys, pathlib; from reconciler.store.file_lock import hold\n"
    "with hold(pathlib.Path(sys.argv[1]), 0): print('held', flush=True); sys.stdin.read()"
)


def test_a_held_lock_is_refused(tmp_path: Path) -> None:
    """Another run gets it only after the first run has released it."""
    lock = tmp_path / "lock"
    with hold(lock, 0), pytest.raises(Locked, match="--lock-timeout"), hold(lock, 0):
        raise AssertionError("held twice")
    with hold(lock, 0):
        assert lock.stat().st_mode & 0o777 == 0o600


def test_a_lock_is_free_after_its_run_is_killed(tmp_path: Path) -> None:
    """The kernel releases it after kill -9, and no cleanup is needed."""
    lock = tmp_path / "lock"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout
    assert process.stdout.readline() == b"held\n"
    with pytest.raises(Locked), hold(lock, 0):
        raise AssertionError("held twice")
    process.kill()
    process.communicate()
    with hold(lock, 0):
        pass


def test_a_lock_that_cannot_be_created_ends_the_run(tmp_path: Path) -> None:
    """The remedy is another state directory."""
    (tmp_path / "file").touch()
    with pytest.raises(RunFailed, match="--state-dir"), hold(tmp_path / "file" / "lock", 0):
        raise AssertionError("held")


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK])
def test_a_filesystem_without_flock_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """No weaker lock is used instead."""

    def missing(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", missing)
    with pytest.raises(RunFailed, match="two runs could write at once"), hold(tmp_path / "l", 0):
        raise AssertionError("held")


def test_a_temporary_lock_file_is_removed(tmp_path: Path) -> None:
    """It is kept if another file is at its path."""
    lock = tmp_path / "lock"
    with hold(lock, 0, is_temporary=True):
        assert lock.exists()
    assert not lock.exists()
    with hold(lock, 0, is_temporary=True):
        lock.unlink()
        lock.write_text("another run's")
    assert lock.read_text() == "another run's"


def test_a_waiting_run_never_gets_a_removed_lock_file(tmp_path: Path) -> None:
    """Many threads take turns, and no two hold the lock at once."""
    lock, inside, most = tmp_path / "lock", [0], [0]

    def turn() -> None:
        for _ in range(20):
            with hold(lock, 60, is_temporary=True):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=turn) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert not lock.exists()


def test_a_filesystem_without_stable_inodes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It must not keep a run busy forever."""
    monkeypatch.setattr("reconciler.store.file_lock.is_at", lambda *_: False)
    with pytest.raises(RunFailed, match="keeps being replaced"), hold(tmp_path / "lock", 0):
        raise AssertionError("held")
