"""The advisory lock of a shared history: only one run at a time writes, on all machines.

It is a lock of PostgreSQL that a connection holds. It ends with the connection, so it is checked
before each write. A pooler that shares connections (PgBouncer in transaction mode) cannot hold it.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from reconciler.core.errors import Locked, RunFailed
from reconciler.store.history.database import advisory_key, open_shared

PAUSE_S = 0.25
"""Seconds between two tries."""

_SESSION = select(func.pg_backend_pid())


class SharedLock:
    """An advisory lock that a connection of this process holds.

    where  its name in messages
    """

    def __init__(self, connection: Connection, where: str) -> None:
        self._connection = connection
        self._where = where
        self._session: int | None = connection.scalar(_SESSION)

    def check(self) -> None:
        """Raise `RunFailed` if the connection was lost or is another session. One round trip."""
        if self._session is not None and self._current_session() != self._session:
            self._session = None
        if self._session is None:
            raise RunFailed(
                f"the lock of {self._where} was lost with its connection during the run; "
                "nothing more is written to Azure, because another run could start"
            )

    def _current_session(self) -> int | None:
        try:
            return self._connection.scalar(_SESSION)
        except SQLAlchemyError:
            return None


@contextmanager
def hold(url: str, name: str, timeout_s: float) -> Iterator[SharedLock]:
    """Hold the lock of a shared history inside the block, waiting at most `timeout_s` seconds.

    Raises `Locked` if another run holds it, or if that cannot be found out.
    """
    try:
        with ExitStack() as stack:
            lock = _take(stack, url, name, timeout_s)
            held = stack.pop_all()
    except RunFailed as error:
        raise Locked(f"cannot take the lock of the shared history: {error}") from None
    with held:
        yield lock


def _take(stack: ExitStack, url: str, name: str, timeout_s: float) -> SharedLock:
    take = select(func.pg_try_advisory_lock(advisory_key(f"pal-reconcile applies {name}")))
    ends_at = time.monotonic() + timeout_s
    database = stack.enter_context(closing(open_shared(url)))
    connection = stack.enter_context(database.session())
    where = f"the history {name} in the {database.name}"
    while not connection.scalar(take):
        if time.monotonic() >= ends_at:
            raise Locked(
                f"another run holds the lock of {where}; wait for it to end, or set --lock-timeout"
            )
        time.sleep(PAUSE_S)
    return SharedLock(connection, where)
