"""File locks: only one run at a time writes. The kernel frees a lock when its process ends.

The lock is `flock` on a descriptor of this process. A filesystem without `flock` is refused.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reconciler.core.errors import Locked, RunFailed
from reconciler.store.files import is_at, open_regular

PAUSE_S = 0.05
"""Seconds between two tries."""

_MOST_REPLACED = 100
"""How often the file may be replaced between opening and locking it."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that this process holds.

    path    the lock file
    handle  its open descriptor
    """

    path: Path
    handle: int

    def check(self) -> None:
        """Raise `RunFailed` if the lock file was removed or replaced."""
        if not is_at(self.handle, self.path):
            raise RunFailed(
                f"the lock {self.path} was removed or replaced during the run; "
                "nothing more is written to Azure, because another run could start"
            )


@contextmanager
def hold(path: Path, timeout_s: float, *, is_temporary: bool = False) -> Iterator[Lock]:
    """Hold the lock inside the block, waiting for it at most `timeout_s` seconds.

    is_temporary  remove the lock file at the end

    Raises `Locked` if another run holds it, `RunFailed` if it cannot be created.
    """
    handle = _acquire(path, time.monotonic() + timeout_s)
    try:
        yield Lock(path, handle)
    finally:
        if is_temporary and is_at(handle, path):
            with suppress(OSError):  # a lock file that stays is not locked
                path.unlink()
        os.close(handle)


def _acquire(path: Path, ends_at_s: float) -> int:
    replaced = 0
    while replaced < _MOST_REPLACED:
        handle = _lock(path)
        if handle is None:
            if time.monotonic() >= ends_at_s:
                raise Locked(
                    f"another run holds the lock {path}; wait for it to end, or set --lock-timeout"
                )
            time.sleep(PAUSE_S)
        elif is_at(handle, path):
            return handle
        else:  # its holder removed it between open and lock
            os.close(handle)
            replaced += 1
    raise _unusable(path, "the file at this path keeps being replaced")


def _lock(path: Path) -> int | None:
    """The descriptor with its lock; None if another run holds it."""
    try:
        import fcntl
    except ImportError:
        raise _unusable(path, "this system has no flock") from None
    try:
        handle = open_regular(path, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    except OSError as error:
        os.close(handle)
        why = f"flock: {error.strerror or error}"
        raise _unusable(path, f"{why}; without locks two runs could write at once") from None
    return handle


def _unusable(path: Path, why: str) -> RunFailed:
    return RunFailed(f"cannot lock {path}: {why}; name another --state-dir")
