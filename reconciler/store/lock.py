"""Who may write for this file? One run at a time; the kernel frees the lock when a run dies."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from reconciler.core.errors import Locked, RunFailed


@contextmanager
def hold(path: Path, timeout_s: float) -> Iterator[None]:
    """Hold the lock inside the block, waiting for it at most `timeout_s` seconds.

    Raises `Locked` when another run keeps it, `RunFailed` when it cannot be made.
    """
    lock = FileLock(path, timeout=timeout_s, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise Locked(
            f"another run holds the lock {path}; wait for it, or give it time with --lock-timeout"
        ) from None
    except OSError as error:
        raise RunFailed(
            f"cannot lock {path}: {error.strerror or error}; name another --state-dir"
        ) from None
    try:
        yield
    finally:
        lock.release()
