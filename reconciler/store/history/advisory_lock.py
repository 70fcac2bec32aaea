"""The advisory lock of a shared history: one run at a time writes, on whatever machine it is.

The lock is PostgreSQL's own, held by a connection: it ends when the run ends, however that is. It
also ends with its connection, so it is checked before each write. A pooler that hands one
connection to many (PgBouncer's transaction mode) cannot keep it.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from reconciler.core.errors import Locked, RunFailed
from reconciler.store.history.database import advisory_key, open_shared

PAUSE_S = 0.25
"""Between two tries."""


_SESSION = select(func.pg_backend_pid())


class SharedLock:
    """An advisory lock that a connection of this process holds.

    where  how messages call it
    """

    def __init__(self, connection: Connection, where: str) -> None:
        self._connection = connection
        self._where = where
        self._session: int | None = connection.scalar(_SESSION)

    def check(self) -> None:
        """Raise `RunFailed` if the connection was lost or is another session: one round trip."""
        if self._session is not None and self._ask() != self._session:
            self._session = None
        if self._session is None:
            raise RunFailed(
                f"the lock of {self._where} was lost with its connection during the run; "
                "nothing more is written to Azure, because another run could start"
            )

    def _ask(self) -> int | None:
        try:
            return self._connection.scalar(_SESSION)
        except SQLAlchemyError:
            return None


@contextmanager
def hold(url: str, name: str, timeout_s: float) -> Iterator[SharedLock]:
    """Hold the lock of a shared history inside the block, waiting at most `timeout_s` seconds.

    Raises `Locked` when another run keeps it, and when nobody can say who does.
    """
    with ExitStack() as stack:
        try:
            lock = _take(stack, url, name, timeout_s)
        except RunFailed as error:
            raise Locked(f"cannot take the lock of the shared history: {error}") from None
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
                f"another run holds the lock of {where}; "
                "wait for it, or give it time with --lock-timeout"
            )
        time.sleep(PAUSE_S)
    return SharedLock(connection, where)
