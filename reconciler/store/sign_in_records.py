"""What is known of who signed in where? Small private files, none of which holds a secret."""

from dataclasses import dataclass
from pathlib import Path

from reconciler.core.errors import RunFailed
from reconciler.regular_files import read_regular
from reconciler.store.files import write_private

LARGEST_RECORD = 1 << 16
"""Bytes: a record has a few hundred."""


@dataclass(frozen=True, slots=True)
class FileRecords:
    """A file for each record, in a directory for the owner only.

    directory  made when the first record is saved
    """

    directory: Path

    def load(self, key: str) -> str | None:
        """The record's text; None where there is none that can be read."""
        try:
            return read_regular(self._path(key), LARGEST_RECORD).decode()
        except (OSError, UnicodeDecodeError):
            return None

    def save(self, key: str, text: str) -> None:
        """Keep a record, whole or not at all. Raises `RunFailed`."""
        path = self._path(key)
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(path, text)
        except OSError as error:
            raise RunFailed(f"cannot keep the sign-in in {path}: {error.strerror}") from None

    def _path(self, key: str) -> Path:
        return self.directory / f"{key}.json"
