"""How is the database of the history opened, and what do its errors mean?

SQLite writes ahead (WAL), so that whoever reads never waits for whoever writes; a transaction that
will write says so at once, so that two writers queue instead of one failing half way. A message
never holds the URL of a shared database: it may hold a password.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from reconciler.core.errors import RunFailed

WAIT_S = 15
"""How long a writer waits for another one."""

WRITES = "pal_writes"
"""The execution option of a transaction that will write."""


class Database:
    """One open database.

    name    how messages call it: the SQLite file's path, or the kind of a shared one
    is_own  whether it is this machine's file, and not shared
    """

    def __init__(self, engine: Engine, name: str, *, is_own: bool) -> None:
        self.engine = engine
        self.name = name
        self.is_own = is_own

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises `RunFailed`."""
        with self._told("read"), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept whole or not at all. Raises `RunFailed`."""
        engine = self.engine.execution_options(**{WRITES: True})
        with self._told("write"), engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close what is open."""
        self.engine.dispose()

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise RunFailed(f"cannot {what} the history in {self.name}: {_cause(error)}") from None


def open_file(path: Path) -> Database:
    """This machine's own history, made for its owner only where it is missing.

    Raises `RunFailed`.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise RunFailed(
            f"cannot open the history {path}: {error.strerror}; check --state-dir and its rights"
        ) from None
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": WAIT_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine, str(path), is_own=True)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy begins transactions, not the driver
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    will_write = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if will_write else "BEGIN")


def _cause(error: SQLAlchemyError) -> str:
    """The driver's own first line; SQLAlchemy's text would quote statements and their values."""
    text = str(getattr(error, "orig", None) or type(error).__name__)
    return text.partition("\n")[0]
