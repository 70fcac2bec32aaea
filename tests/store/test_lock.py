"""One run writes for a file at a time, and a dead one blocks nobody."""

import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.core.errors import Locked, RunFailed
from reconciler.store.lock import hold

HOLDER = (
    "import sys, pathlib; from reconciler.store.lock import hold\n"
    "with hold(pathlib.Path(sys.argv[1]), 0): print('held', flush=True); sys.stdin.read()"
)


def test_a_held_lock_is_refused(tmp_path: Path) -> None:
    """Another run gets it only once the first has let go."""
    lock = tmp_path / "lock"
    with hold(lock, 0), pytest.raises(Locked, match="--lock-timeout"), hold(lock, 0):
        raise AssertionError("held twice")
    with hold(lock, 0):
        assert lock.stat().st_mode & 0o777 == 0o600


def test_a_lock_dies_with_its_run(tmp_path: Path) -> None:
    """The kernel frees it at kill -9; there is nothing to clean up."""
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


def test_a_lock_that_cannot_be_made_ends_the_run(tmp_path: Path) -> None:
    """The way on is another state directory."""
    (tmp_path / "file").touch()
    with pytest.raises(RunFailed, match="--state-dir"), hold(tmp_path / "file" / "lock", 0):
        raise AssertionError("held")
