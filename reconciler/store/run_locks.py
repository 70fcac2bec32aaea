"""The locks of a run that writes, and the adoption of state files under an old key.

All names of one file share the lock of its inode, which is taken first; all files with one `id:`
share the lock of their key. Files under an old key are renamed while both are held, and the old
key's own lock too. After a crash at any step the next run continues.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from reconciler.core.errors import RunFailed
from reconciler.store.file_lock import Lock, hold
from reconciler.store.files import sync_directory
from reconciler.store.state_paths import StateFile, StateFiles

_KEPT = (StateFile.JOURNAL, StateFile.HISTORY)

MOVE_WAIT_S = 1.0
"""Seconds to wait for another process that uses the database."""


@dataclass(frozen=True, slots=True)
class RunLocks:
    """The locks that a run holds.

    adopted  the files that were renamed: from, to
    """

    locks: tuple[Lock, ...]
    adopted: tuple[tuple[Path, Path], ...]

    def check(self) -> None:
        """Raise `RunFailed` if a lock file was removed or replaced."""
        for lock in self.locks:
            lock.check()


@contextmanager
def hold_locks(files: StateFiles, timeout_s: float) -> Iterator[RunLocks]:
    """Hold the locks of a tenants.yaml inside the block, and adopt files under an old key.

    timeout_s  seconds to wait for all of them

    Raises `Locked` if another run holds one, `RunFailed` if one cannot be created.
    """
    ends_at_s = time.monotonic() + timeout_s

    def left_s() -> float:
        return max(0.0, ends_at_s - time.monotonic())

    with ExitStack() as stack:
        inode = stack.enter_context(hold(files.inode_lock(), left_s(), is_temporary=True))
        key = stack.enter_context(hold(files.path(StateFile.LOCK), left_s()))
        adopted = [pair for old in files.old_keys for pair in _adopt(files, old, left_s)]
        yield RunLocks((inode, key), tuple(adopted))


def _adopt(files: StateFiles, old: str, left_s: Callable[[], float]) -> Iterator[tuple[Path, Path]]:
    """Rename the files under an old key while holding its lock, and remove that lock file."""
    lock = files.at(old, StateFile.LOCK)
    kept = [kind for kind in _KEPT if os.path.lexists(files.at(old, kind))]
    is_left_over = not kept and os.path.lexists(lock)
    if not is_left_over and all(os.path.lexists(files.path(kind)) for kind in kept):
        return
    with hold(lock, left_s(), is_temporary=True):
        for kind in kept:
            source, target = files.at(old, kind), files.path(kind)
            if os.path.lexists(source) and not os.path.lexists(target) and _move(source, target):
                yield source, target


def _move(source: Path, target: Path) -> bool:
    """Rename one file. False if another process uses it; then it stays for the next run."""
    try:
        if source.name.endswith(StateFile.HISTORY):
            if not move_database(source, target):
                return False
        else:
            source.rename(target)
        sync_directory(target.parent)
    except OSError as error:
        raise RunFailed(
            f"cannot rename {source} to {target.name}: {error.strerror or error}; "
            "check the permissions of the state directory"
        ) from None
    return True


def move_database(source: Path, target: Path) -> bool:
    """Rename a SQLite file after merging its write-ahead log.

    Returns False if another process uses it. A file that is not a database is renamed as it is.
    Raises OSError if it cannot be renamed.
    """
    if source.is_symlink() or not source.is_file():
        source.rename(target)  # opening it will be refused
        return True
    with closing(sqlite3.connect(source, timeout=MOVE_WAIT_S, isolation_level=None)) as connection:
        try:
            # Leaving WAL mode merges and removes the log; it needs exclusive access.
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            return False
        except sqlite3.DatabaseError:
            pass
        source.rename(target)
    return True
