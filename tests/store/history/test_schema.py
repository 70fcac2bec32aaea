"""Versions of the schema: migrated step by step; a newer version is refused."""

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
from tests.store.history.runs import in_sync, recording


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
    """The migrations create exactly the columns that the code reads and writes."""
    migrate(database)
    with database.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_every_migration_has_a_version() -> None:
    """A release lists the versions of its migrations in order."""
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert tuple(step.revision for step in scripts.walk_revisions())[::-1] == VERSIONS


def test_an_older_file_is_copied_and_migrated(path: Path) -> None:
    """No data is lost. The copy is unchanged, and only the owner can read it."""
    with closing(open_file(path)) as database:
        migrate(database, VERSIONS[0])
        older = HistoryRepository(database, OWN)
        older.record(recording(0, in_sync(0)))
        before = (older.runs(), older.periods())
    with closing(open_own(path)) as repository:
        assert (repository.runs(), repository.periods()) == before
        repository.record(recording(1, in_sync(1)))
        assert len(repository.runs()) == 2
    copy = path.with_name(f"{path.name}.before-{VERSIONS[0]}")
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(open_file(copy)) as database:
        assert version_of(database) == VERSIONS[0]
        assert HistoryRepository(database, OWN).runs() == before[0]


def test_an_older_shared_database_is_not_migrated_automatically(url: str) -> None:
    """Other machines still write it. An upgraded machine warns and loses no data there."""
    with closing(open_shared(url)) as database:
        migrate(database, VERSIONS[0])
        HistoryRepository(database, "x").record(recording(0, in_sync(0)))
        with pytest.raises(RunFailed, match=r"older schema 0001; run pal-reconcile history mig"):
            open_history(url, "x")
        assert migrate_to_newest(database) == VERSIONS[0]
    with closing(open_history(url, "x")) as repository:
        assert len(repository.runs()) == 1


def test_a_newer_schema_is_refused(path: Path) -> None:
    """Nothing in it changes, because a newer release wrote it."""
    with closing(open_own(path)) as repository:
        repository.record(recording(0, in_sync(0)))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
        before = list(connection.iterdump())
        with pytest.raises(RunFailed, match=r"newer release .schema 9999.*upgrade pal-reconcile"):
            open_own(path)
        assert list(connection.iterdump()) == before


def test_a_shared_database_is_migrated_only_by_its_command(url: str) -> None:
    """Other machines may run an older release."""
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
def test_an_invalid_url_is_not_shown(url: str) -> None:
    """It may be a password."""
    with pytest.raises(RunFailed, match="it must look like postgresql") as caught:
        open_shared(url)
    assert "hunter2" not in str(caught.value)


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    """The message of the driver names the host."""
    url = "postgresql://user:hunter2@127.0.0.1:1/pal"
    with pytest.raises(RunFailed, match=r"database pal on 127\.0\.0\.1") as caught:
        open_history(url, "tenants.yaml")
    assert "hunter2" not in str(caught.value)
