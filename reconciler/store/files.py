"""Private files and folders: written in one step, opened without following symbolic links."""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from reconciler.core.redaction.redactor import redact, redact_bytes

PRIVATE, SHARED = 0o600, 0o644

_NO_DIRECTORY_SYNC = frozenset(
    {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF, errno.EISDIR}
)
"""The errors of filesystems, such as CIFS, that cannot sync a directory."""


def open_regular(path: Path, flags: int) -> int:
    """Open a regular file; with O_CREAT a new one gets mode 0600.

    A symbolic link is not followed, and a FIFO or a device never blocks. Raises OSError, whose
    `strerror` says what is at the path instead.
    """
    safe = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        handle = os.open(path, flags | safe, PRIVATE)
    except OSError as error:
        if path.is_symlink():
            text = "it is a symbolic link, which is not followed here; remove the link"
            raise OSError(errno.ELOOP, text) from None
        if error.errno != errno.ENXIO:
            raise
        raise OSError(errno.ENXIO, "it is not a regular file; remove it") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is not a regular file; remove it")
    return handle


def is_at(handle: int, path: Path) -> bool:
    """Whether the path still names this open file, so that it was not removed or replaced."""
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except OSError:
        return False


def sync_directory(directory: Path) -> str | None:
    """Sync the names in a directory to disk. Returns a warning if the filesystem cannot.

    Raises OSError for every other error.
    """
    handle = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_DIRECTORY_SYNC:
            raise
        return (
            f"the file system of {directory} cannot sync a directory ({error.strerror}): "
            "a new file there may be lost in a power cut"
        )
    finally:
        os.close(handle)
    return None


def write_private(path: Path, text: str) -> None:
    """Write a file with mode 0600 in one step, with secrets hidden. Raises OSError."""
    write_whole(path, redact(text).encode(), PRIVATE)


def write_shared(path: Path, text: str) -> None:
    """Write a file that others may read (mode 0644) in one step, with secrets hidden.

    Raises OSError.
    """
    write_whole(path, redact(text).encode(), SHARED)


def rewrite(path: Path, data: bytes) -> None:
    """Replace the content of a file in one step and keep its mode. Symbolic links are followed.

    Raises OSError, and then the file is unchanged.
    """
    real = path.resolve()
    write_whole(real, data, stat.S_IMODE(real.stat().st_mode))


def write_whole(path: Path, data: bytes, mode: int) -> None:
    """Write a file in one step: a reader finds the old file or the new one, never a part.

    Raises OSError, and then the file is unchanged.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Create a folder with mode 0700 and these files, whole or not at all.

    Raises OSError, and FileExistsError if the path exists.
    """
    if path.exists():
        raise FileExistsError(errno.EEXIST, "it exists", str(path))
    temporary = Path(tempfile.mkdtemp(dir=path.absolute().parent, prefix=f".{path.name}."))
    try:
        _write_files(temporary, files)
        temporary.rename(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def fill_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a new or an empty folder, which gets mode 0700.

    Raises OSError, and FileExistsError if the folder has any file.
    """
    if not path.exists():
        write_folder(path, files)
    elif any(path.iterdir()):
        raise FileExistsError(errno.EEXIST, "it is not empty", str(path))
    else:
        path.chmod(0o700)
        _write_files(path, files)


def rewrite_folder(path: Path, files: Mapping[str, bytes], old: str) -> None:
    """Write files into an existing folder, and remove files of an earlier time.

    old  a glob of the files to remove first; other files in the folder stay

    Raises OSError.
    """
    path.chmod(0o700)
    for left in path.glob(old):
        if left.name not in files:
            left.unlink()
    _write_files(path, files)


def _write_files(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, each in one step, with secrets hidden. Raises OSError."""
    for name, data in files.items():
        write_whole(path / name, redact_bytes(data), PRIVATE)
