"""The schema's versions: built step by step, never over a newer one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from reconciler.core.errors import RunFailed
from reconciler.store.history import migrations
from reconciler.store.history.database import Database, open_file, open_shared
from reconciler.store.history.repository import OWN, HistoryRepository, open_own
from reconciler.store.history.repository import open_shared as open_history
from reconciler.store.history.schema import VERSIONS, migrate, migrate_to_newest, version_of
from reconciler.store.history.tables import metadata
from tests.store.history.runs import in_sync, night


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        opened = open_file(request.getfixturevalue("path"))
    else:
        opened = open_shared(request.getfixturevalue("url"))
    with closing(opened):
        yield opened


def test_the_migrations_build_the_tables(database: Database) -> None:
    """What the code reads and writes is what the steps make, to the last column."""
    migrate(database)
    with database.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_every_step_is_known() -> None:
    """A release knows the versions that it brings steps for, in their order."""
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert tuple(step.revision for step in scripts.walk_revisions())[::-1] == VERSIONS


def test_an_older_file_is_brought_up_to_date_after_a_copy(path: Path) -> None:
    """Nothing that it held is lost, and the copy is as it was, for its owner alone."""
    with closing(open_file(path)) as database:
        migrate(database, VERSIONS[0])
        older = HistoryRepository(database, OWN)
        older.record(night(0, in_sync(0)))
        before = (older.runs(), older.periods())
    with closing(open_own(path)) as book:
        assert (book.runs(), book.periods()) == before
        book.record(night(1, in_sync(1)))
        assert len(book.runs()) == 2
    copy = path.with_name(f"{path.name}.before-{VERSIONS[0]}")
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(open_file(copy)) as database:
        assert version_of(database) == VERSIONS[0]
        assert HistoryRepository(database, OWN).runs() == before[0]


def test_an_older_shared_database_waits_to_be_migrated(url: str) -> None:
    """Other machines still write it; one that is upgraded says so and loses nothing there."""
    with closing(open_shared(url)) as database:
        migrate(database, VERSIONS[0])
        HistoryRepository(database, "x").record(night(0, in_sync(0)))
        with pytest.raises(RunFailed, match=r"older schema 0001; run pal-reconcile history mig"):
            open_history(url, "x")
        assert migrate_to_newest(database) == VERSIONS[0]
    with closing(open_history(url, "x")) as book:
        assert len(book.runs()) == 1


def test_a_newer_schema_is_refused(path: Path) -> None:
    """And nothing in it changes: a newer release wrote it."""
    with closing(open_own(path)) as book:
        book.record(night(0, in_sync(0)))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
        before = list(connection.iterdump())
        with pytest.raises(RunFailed, match=r"newer release .schema 9999.*upgrade pal-reconcile"):
            open_own(path)
        assert list(connection.iterdump()) == before


def test_a_shared_database_is_never_migrated_by_itself(url: str) -> None:
    """Other machines may run an older release: somebody has to say so."""
    with pytest.raises(RunFailed, match=r"has no schema yet; run pal-reconcile history migrate"):
        open_history(url, "tenants.yaml")
    with closing(open_shared(url)) as database:
        assert version_of(database) is None
        migrate(database)
        migrate(database)
        assert version_of(database) == VERSIONS[-1]


@pytest.mark.parametrize(
    "url",
    [
        "hunter2",
        "mysql://user:hunter2@host/db",
        "postgresql://user:hunter2@host:port/db",
        "postgresql+asyncpg://user:hunter2@host/db",
    ],
)
def test_a_url_that_is_none_is_not_repeated(url: str) -> None:
    """It may be a password."""
    with pytest.raises(RunFailed, match="it must look like postgresql") as caught:
        open_shared(url)
    assert "hunter2" not in str(caught.value)


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    """The driver's own words say which host refused."""
    url = "postgresql://user:hunter2@127.0.0.1:1/pal"
    with pytest.raises(RunFailed, match=r"database pal on 127\.0\.0\.1") as caught:
        open_history(url, "tenants.yaml")
    assert "hunter2" not in str(caught.value)
