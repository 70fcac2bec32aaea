"""Records of interactive sign-ins: small private files without secrets."""

from dataclasses import dataclass
from pathlib import Path

from reconciler.core.errors import RunFailed
from reconciler.regular_files import read_regular
from reconciler.store.files import write_private

LARGEST_RECORD = 1 << 16
"""Bytes. A record has a few hundred."""


@dataclass(frozen=True, slots=True)
class FileRecords:
    """A file for each record, in a directory for its owner only.

    directory  created when the first record is saved
    """

    directory: Path

    def load(self, key: str) -> str | None:
        """The text of a record; None if there is none, or it cannot be read."""
        try:
            return read_regular(self._path(key), LARGEST_RECORD).decode()
        except (OSError, UnicodeDecodeError):
            return None

    def save(self, key: str, text: str) -> None:
        """Save a record, whole or not at all. Raises `RunFailed`."""
        path = self._path(key)
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(path, text)
        except OSError as error:
            raise RunFailed(f"cannot save the sign-in record {path}: {error.strerror}") from None

    def _path(self, key: str) -> Path:
        return self.directory / f"{key}.json"
