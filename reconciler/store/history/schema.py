"""Schema versions of the history, and migration to the newest.

A file of this machine is copied and migrated when it is opened. A shared database is migrated only
by `history migrate`, because other machines may run an older release. A schema that is newer than
this release is never changed.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from reconciler.core.errors import RunFailed
from reconciler.store.history.database import Database

VERSIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
"""All schema versions that this release knows, oldest first."""

_TABLE = "alembic_version"


def prepare(database: Database) -> None:
    """Migrate a file of this machine; raises `RunFailed` for a shared database to be migrated."""
    version = version_of(database)
    if version == VERSIONS[-1]:
        return
    if database.is_own:
        migrate_to_newest(database)
    else:
        raise RunFailed(
            f"the history in {database.name} has "
            f"{f'the older schema {version}' if version else 'no schema yet'}; "
            "run pal-reconcile history migrate once"
        )


def migrate_to_newest(database: Database) -> str | None:
    """Migrate to the newest schema, a file after a copy. Returns the version before."""
    version = version_of(database)
    if version != VERSIONS[-1]:
        if version and database.is_own:
            copy(Path(database.name), version)
        migrate(database)
    return version


def version_of(database: Database) -> str | None:
    """The schema version; None without a schema. Raises `RunFailed` for an unknown one."""
    with database.reading() as connection:
        version = _version(connection)
    if version not in (None, *VERSIONS):
        raise RunFailed(
            f"the history in {database.name} was written by a newer release (schema {version}, "
            f"this one knows {VERSIONS[-1]}); upgrade pal-reconcile on this machine"
        )
    return version


def migrate(database: Database, version: str = "head") -> None:
    """Migrate the schema to a version in one transaction. Raises `RunFailed`."""
    from alembic import command
    from alembic.config import Config

    with database.writing() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", "reconciler.store.history:migrations")
        config.set_main_option("path_separator", "os")
        command.upgrade(config, version)


def copy(path: Path, version: str) -> Path:
    """Copy a SQLite file before a migration. Returns the path of the copy."""
    target = path.with_name(f"{path.name}.before-{version}")
    try:
        target.touch(mode=0o600)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as sink:
            source.backup(sink)
    except (OSError, sqlite3.Error) as error:
        raise RunFailed(f"cannot copy the history {path} before it is migrated: {error}") from None
    return target


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {_TABLE}")).scalar()  # noqa: S608
