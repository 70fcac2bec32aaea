"""The schema's versions: built step by step, never over a newer one."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from reconciler.core.errors import RunFailed
from reconciler.store.history import migrations
from reconciler.store.history.book import open_own
from reconciler.store.history.database import open_file
from reconciler.store.history.schema import VERSIONS, prepare
from reconciler.store.history.tables import metadata
from tests.store.history.nights import in_sync, night


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the history is kept."""
    return tmp_path / "history.sqlite3"


def test_the_migrations_build_the_tables(path: Path) -> None:
    """What the code reads and writes is what the steps make, to the last column."""
    with closing(open_file(path)) as database:
        prepare(database)
        with database.reading() as connection:
            context = MigrationContext.configure(connection)
            assert compare_metadata(context, metadata) == []


def test_every_step_is_known() -> None:
    """A release knows the versions that it brings steps for, in their order."""
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert tuple(step.revision for step in scripts.walk_revisions())[::-1] == VERSIONS


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
