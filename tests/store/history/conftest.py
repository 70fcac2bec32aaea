"""A PostgreSQL server for the test session, and an empty history of each kind."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.store.history.database import open_shared as database_at
from reconciler.store.history.repository import HistoryRepository, open_own, open_shared
from reconciler.store.history.schema import migrate
from tests.store.history.servers import Server, serving


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server for this test session."""
    with serving() as server:
        yield server


@pytest.fixture
def url(postgresql: Server) -> str:
    """An empty database."""
    return postgresql.database()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The path of this machine's own history."""
    return tmp_path / "history.sqlite3"


@pytest.fixture(params=["sqlite", "postgresql"])
def repository(request: pytest.FixtureRequest) -> Iterator[HistoryRepository]:
    """An empty history, once in each kind of database."""
    if request.param == "sqlite":
        opened = open_own(request.getfixturevalue("path"))
    else:
        url = request.getfixturevalue("url")
        with closing(database_at(url)) as database:
            migrate(database)
        opened = open_shared(url, "tenants.yaml")
    with closing(opened):
        yield opened
