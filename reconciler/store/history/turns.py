"""Who may write to Azure, of all machines that share a history? One run at a time.

The lock is PostgreSQL's own, held by a connection: it ends when the run ends, however that is. A
pooler that hands one connection to many (PgBouncer's transaction mode) cannot keep it.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from sqlalchemy import func, select

from reconciler.core.errors import Locked, RunFailed
from reconciler.store.history.database import advisory_key, open_shared

PAUSE_S = 0.25
"""Between two tries."""


@contextmanager
def hold(url: str, name: str, timeout_s: float) -> Iterator[None]:
    """Hold the lock of a shared history inside the block, waiting at most `timeout_s` seconds.

    Raises `Locked` when another run keeps it, and when nobody can say who does.
    """
    with ExitStack() as stack:
        try:
            _take(stack, url, name, timeout_s)
        except RunFailed as error:
            raise Locked(f"cannot take the lock of the shared history: {error}") from None
        yield


def _take(stack: ExitStack, url: str, name: str, timeout_s: float) -> None:
    take = select(func.pg_try_advisory_lock(advisory_key(f"pal-reconcile applies {name}")))
    ends_at = time.monotonic() + timeout_s
    database = stack.enter_context(closing(open_shared(url)))
    connection = stack.enter_context(database.session())
    while not connection.scalar(take):
        if time.monotonic() >= ends_at:
            raise Locked(
                f"another run holds the lock of the history {name} in the {database.name}; "
                "wait for it, or give it time with --lock-timeout"
            )
        time.sleep(PAUSE_S)
