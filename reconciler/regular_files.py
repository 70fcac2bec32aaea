"""Reading of regular files that never blocks; pipes, devices, sockets and folders are refused.

Opening a pipe waits for a writer, and reading /dev/zero never ends. Errors are OSError. Their
`strerror` says what the path is.
"""

import errno
import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_ADVICE = "write the content to a file and name that file"


def read_regular(path: Path | str, max_bytes: int) -> bytes:
    """The bytes of a regular file. Symbolic links are followed.

    Raises OSError for every other kind of file, and for a file of more than `max_bytes`.
    """
    try:
        check_regular(Path(path).stat())
        handle = os.open(path, _FLAGS)
    except ValueError:  # a null character
        raise OSError(errno.EINVAL, "it is not a path") from None
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        check_regular(found)  # another file may be at the path by now
        data = file.read(max_bytes + 1) if found.st_size <= max_bytes else b""
    if found.st_size > max_bytes or len(data) > max_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {_size(max_bytes)}")
    return data


def check_regular(found: os.stat_result) -> None:
    """Raise OSError, which says what the file is, unless it is a regular file."""
    mode = found.st_mode
    if stat.S_ISREG(mode):
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder; name the file in it")
    if stat.S_ISFIFO(mode):
        raise OSError(
            errno.EINVAL, f"it is a pipe, such as <(…) in a shell, not a regular file; {_ADVICE}"
        )
    kind = "a socket" if stat.S_ISSOCK(mode) else "a device"
    raise OSError(errno.EINVAL, f"it is {kind}, not a regular file; {_ADVICE}")


def _size(max_bytes: int) -> str:
    return f"{max_bytes >> 20} MiB" if max_bytes >= 1 << 20 else f"{max_bytes} bytes"
