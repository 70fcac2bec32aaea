"""The database of the history: connections, transactions and error messages.

SQLite uses a write-ahead log (WAL), so that readers never wait for writers. A transaction that
writes begins with BEGIN IMMEDIATE, so that two writers queue and neither fails half way. In
PostgreSQL they queue at an advisory lock. No message contains the URL of a shared database, which
may hold a password.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from reconciler.core.errors import RunFailed
from reconciler.core.text import visible
from reconciler.extras import missing_extra
from reconciler.store.files import open_regular

WAIT_S = 15
"""Seconds that a writer waits for another one."""

CONNECT_S = 5
"""Seconds that a shared database may take to connect: every run waits for it."""

STATEMENT_S = 60
"""Seconds that one statement may take in a shared database."""

_KEEPALIVE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": WAIT_S * 1000,
}
"""Detect a lost network connection within 15 to 25 seconds."""

URL_FORM = "postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"

_DRIVERS = ("postgresql", "postgresql+psycopg")

_HOST = re.compile("[A-Za-z0-9._:-]+")

WRITES = "pal_writes"
"""The execution option of a transaction that writes."""


class Database:
    """An open database.

    name    its name in messages: the path of a SQLite file, or of a shared database
    is_own  whether it is a file of this machine, and not shared
    """

    def __init__(self, engine: Engine, name: str, *, is_own: bool) -> None:
        self.engine = engine
        self.name = name
        self.is_own = is_own

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises `RunFailed`."""
        with (
            self._as_run_failed("read"),
            self._with_known_values(),
            self.engine.connect() as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes, whole or not at all. Raises `RunFailed`."""
        engine = self.engine.execution_options(**{WRITES: True})
        with (
            self._as_run_failed("write"),
            self._with_known_values(),
            engine.connect() as connection,
            connection.begin(),
        ):
            if not self.is_own:
                key = advisory_key("pal-reconcile writes history")
                connection.execute(select(func.pg_advisory_xact_lock(key)))
            yield connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A connection without a transaction, open inside the block. Raises `RunFailed`."""
        with self._as_run_failed("use"), self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _as_run_failed(self, what: str) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise RunFailed(f"cannot {what} the history in {self.name}: {_cause(error)}") from None

    @contextmanager
    def _with_known_values(self) -> Iterator[None]:
        """Raise `RunFailed` for a word that this release does not know, such as an action."""
        try:
            yield
        except ValueError as error:
            raise RunFailed(
                f"the history in {self.name} has a value of a newer release ({error}); "
                "upgrade pal-reconcile on this machine"
            ) from None


def open_file(path: Path) -> Database:
    """The history in a file of this machine, created with mode 0600 if it is missing.

    Raises `RunFailed`.
    """
    try:
        os.close(open_regular(path, os.O_RDWR | os.O_CREAT))
    except OSError as error:
        raise RunFailed(
            f"cannot open the history {path}: {error.strerror}; "
            "check --state-dir and its permissions"
        ) from None
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": WAIT_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine, str(path), is_own=True)


def open_shared(url: str) -> Database:
    """A PostgreSQL database that several machines share. This does not connect yet.

    Raises `RunFailed` for an invalid URL, without repeating it.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise RunFailed(f"the history's URL is invalid: it must look like {URL_FORM}") from None
    if parsed.drivername not in _DRIVERS:
        raise RunFailed(f"the history's URL is not a PostgreSQL URL: it must look like {URL_FORM}")
    if parsed.host and not _HOST.fullmatch(parsed.host):
        # The host may be the rest of a password, which the driver's error would repeat.
        raise RunFailed(
            f"the history's URL has no valid host: it must look like {URL_FORM}, "
            "with %40 for @ and %2F for / in the password"
        )
    if problem := missing_extra("postgresql", "a shared history"):
        raise RunFailed(problem)
    limits = f"-c statement_timeout={STATEMENT_S}s -c lock_timeout={WAIT_S}s"
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={
            name: value
            for name, value in (
                ("connect_timeout", CONNECT_S),
                ("application_name", "pal-reconcile"),
                ("options", limits),
                *_KEEPALIVE.items(),
            )
            if name not in parsed.query
        },
    )
    where = f" on {parsed.host}" if parsed.host else ""
    name = visible(f"PostgreSQL database {parsed.database or '?'}{where}")
    return Database(engine, name, is_own=False)


def advisory_key(name: str) -> int:
    """The number of an advisory lock in PostgreSQL: 64 bits, signed, from a name's digest."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy begins transactions, not the driver
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    will_write = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if will_write else "BEGIN")


def _cause(error: SQLAlchemyError) -> str:
    """The first line of the driver's error. SQLAlchemy's text would quote statements and values."""
    text = str(getattr(error, "orig", None) or type(error).__name__)
    return text.partition("\n")[0]
