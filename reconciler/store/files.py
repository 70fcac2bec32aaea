"""Private files: written in one step, opened without following symbolic links, kept on disk."""

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
"""How filesystems such as CIFS say that a directory cannot be synced."""


def open_regular(path: Path, flags: int) -> int:
    """Open a regular file; with O_CREAT it is made for its owner only.

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
    """Whether the path still names this open file: it was neither removed nor replaced."""
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except OSError:
        return False


def sync_directory(directory: Path) -> str | None:
    """Put the names in a directory on disk; returns a warning where the filesystem cannot.

    Raises OSError for every other error.
    """
    handle = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_DIRECTORY_SYNC:
            raise
        return (
            f"the filesystem of {directory} cannot sync a directory ({error.strerror}): "
            "a new file there may be lost in a power cut"
        )
    finally:
        os.close(handle)
    return None


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 in one step, without secrets. Raises OSError."""
    write_whole(path, redact(text).encode(), PRIVATE)


def write_shared(path: Path, text: str) -> None:
    """Write a file that others read (mode 0644) in one step, without secrets. Raises OSError."""
    write_whole(path, redact(text).encode(), SHARED)


def rewrite(path: Path, data: bytes) -> None:
    """Write a file anew in one step, with its mode; behind a symbolic link, the file it names.

    Raises OSError, and then leaves what was there before.
    """
    real = path.resolve()
    write_whole(real, data, stat.S_IMODE(real.stat().st_mode))


def write_whole(path: Path, data: bytes, mode: int) -> None:
    """Write a file in one step: whoever reads it finds the old one or the new one, never a part.

    Raises OSError, and then leaves what was there before.
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
    """Make a folder that only its owner reads, with these files, whole or not at all.

    Raises OSError, FileExistsError among them.
    """
    if path.exists():
        raise FileExistsError(17, "it exists", str(path))
    made = Path(tempfile.mkdtemp(dir=path.absolute().parent, prefix=f".{path.name}."))
    try:
        _write_files(made, files)
        made.rename(path)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def rewrite_folder(path: Path, files: Mapping[str, bytes], old: str) -> None:
    """Write the files into a folder that is there, after what an earlier time left there.

    old  a glob that names what is taken away first; all else in the folder stays

    Raises OSError.
    """
    path.chmod(0o700)
    for left in path.glob(old):
        if left.name not in files:
            left.unlink()
    _write_files(path, files)


def _write_files(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, each in one step and without secrets. Raises OSError."""
    for name, data in files.items():
        write_whole(path / name, redact_bytes(data), PRIVATE)
