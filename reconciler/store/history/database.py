"""How is the database of the history opened, and what do its errors mean?

SQLite writes ahead (WAL), so that whoever reads never waits for whoever writes; a transaction that
will write says so at once, so that two writers queue instead of one failing half way. In PostgreSQL
they queue at an advisory lock. A message never holds the URL of a shared database: it may hold a
password.
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
"""How long a writer waits for another one."""

CONNECT_S = 5
"""How long a shared database may take to answer: every run waits for it."""

STATEMENT_S = 60
"""How long one statement may take there."""

_KEEPALIVE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": WAIT_S * 1000,
}
"""Notice within 15 to 25 seconds that the network to the database is gone."""

URL_FORM = "postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"

_DRIVERS = ("postgresql", "postgresql+psycopg")

_HOST = re.compile("[A-Za-z0-9._:-]+")

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
            if not self.is_own:
                key = advisory_key("pal-reconcile writes history")
                connection.execute(select(func.pg_advisory_xact_lock(key)))
            yield connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A connection for as long as the block takes, without a transaction."""
        with self._told("use"), self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

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
        os.close(open_regular(path, os.O_RDWR | os.O_CREAT))
    except OSError as error:
        raise RunFailed(
            f"cannot open the history {path}: {error.strerror}; check --state-dir and its rights"
        ) from None
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": WAIT_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine, str(path), is_own=True)


def open_shared(url: str) -> Database:
    """A PostgreSQL database that several machines share; nothing is asked of it yet.

    Raises `RunFailed` for a URL that names none, without repeating it.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise RunFailed(f"the history's URL is none: it must look like {URL_FORM}") from None
    if parsed.drivername not in _DRIVERS:
        raise RunFailed(f"the history's URL is not PostgreSQL's: it must look like {URL_FORM}")
    if parsed.host and not _HOST.fullmatch(parsed.host):
        # What stands there may be the rest of a password; a driver's error would repeat it.
        raise RunFailed(
            f"the history's URL has no proper host: it must look like {URL_FORM}, "
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
    """The number of an advisory lock in PostgreSQL: 64 bits, signed, of a name's digest."""
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
    """The driver's own first line; SQLAlchemy's text would quote statements and their values."""
    text = str(getattr(error, "orig", None) or type(error).__name__)
    return text.partition("\n")[0]
