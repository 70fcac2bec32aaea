"""The journal's file: appended lines, each on disk before the call returns.

After a failed write, or if the file was replaced, nothing more is written.
"""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from reconciler.core.errors import RunFailed
from reconciler.store.files import is_at, open_regular, sync_directory

_HINTS = {
    errno.ENOSPC: "Free some space there",
    errno.EDQUOT: "Free some space there, or raise the quota",
    errno.EROFS: "The file system is read-only: name another --state-dir",
    errno.EACCES: "Give this user write access, or name another --state-dir",
    errno.EPERM: "Give this user write access, or name another --state-dir",
}


class JournalFile:
    """An open journal.

    path      created with mode 0600 if it is missing; a symbolic link is not followed
    warnings  about the filesystem

    Raises `RunFailed` if it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.warnings: tuple[str, ...] = ()
        self._failure: RunFailed | None = None
        try:
            self._handle = open_regular(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
            try:
                self._size = os.fstat(self._handle).st_size
                if self._size == 0:
                    # The lines of a new file survive a power cut only if its name is on disk too.
                    warning = sync_directory(path.parent)
                    self.warnings = (warning,) if warning else ()
            except OSError:
                os.close(self._handle)
                raise
        except OSError as error:
            raise _failed(path, error) from None

    def lines(self) -> Iterator[bytes]:
        """The lines so far, with their line ends. Raises `RunFailed` if they cannot be read."""
        try:
            os.lseek(self._handle, 0, os.SEEK_SET)
            with os.fdopen(os.dup(self._handle), "rb") as file:
                yield from file
        except OSError as error:
            raise _unreadable(self.path, error) from None

    def append(self, data: bytes) -> None:
        """Append bytes, on disk when this returns. After one `RunFailed`, every call raises it."""
        if self._failure is None:
            try:
                self._append(data)
            except RunFailed as failure:
                self._failure = failure
        if self._failure:
            raise self._failure

    def check(self) -> None:
        """Raise `RunFailed` if the file was removed or replaced, or another process wrote to it."""
        if not is_at(self._handle, self.path):
            raise RunFailed(
                f"the journal {self.path} was removed or replaced during the run; "
                "nothing more is written to Azure without a journal"
            )
        if os.fstat(self._handle).st_size != self._size:
            raise RunFailed(
                f"another process wrote to the journal {self.path} during the run; "
                "nothing more is written to Azure, because another run may be under way"
            )

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)

    def _append(self, data: bytes) -> None:
        self.check()
        try:
            if os.write(self._handle, data) != len(data):
                raise OSError(errno.ENOSPC, "only a part of a line was written")
            self._size += len(data)
            os.fsync(self._handle)
        except OSError as error:
            raise _failed(self.path, error) from None


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a journal, with their line ends. Raises `RunFailed` if it cannot be read."""
    try:
        with os.fdopen(open_regular(path, os.O_RDONLY), "rb") as file:
            yield from file
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> RunFailed:
    why = error.strerror or error
    return RunFailed(
        f"cannot read the journal {path}: {why}; check --state-dir and its permissions"
    )


def _failed(path: Path, error: OSError) -> RunFailed:
    hint = _HINTS.get(error.errno or 0)
    return RunFailed(
        f"cannot write the journal {path}: {error.strerror or error}; "
        "without it nothing is written to Azure" + (f". {hint}" if hint else "")
    )
