"""Renaming of a SQLite history, as one file and only while no other process uses it."""

import sqlite3
from contextlib import closing
from pathlib import Path

WAIT_S = 1.0
"""How long another process may finish what it does there."""


def move_database(source: Path, target: Path) -> bool:
    """Rename a SQLite file together with what is still in its write-ahead log.

    Returns False where another process uses it. A file that is no database is renamed as it is.
    Raises OSError when it cannot be renamed.
    """
    if source.is_symlink() or not source.is_file():
        source.rename(target)  # whoever opens it refuses it
        return True
    with closing(sqlite3.connect(source, timeout=WAIT_S, isolation_level=None)) as connection:
        try:
            # Leaving WAL merges and removes the log; it needs the database for this process alone.
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            return False
        except sqlite3.DatabaseError:
            pass
        source.rename(target)
    return True
