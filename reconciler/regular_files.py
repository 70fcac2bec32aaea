"""Regular files, read without ever waiting: a FIFO, a device, a socket or a folder is refused.

Opening a FIFO waits for a writer, and reading /dev/zero never ends. Errors are OSError, whose
`strerror` says what the path names.
"""

import errno
import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_NOTHING = "write it to a file first, and name that"


def read_regular(path: Path | str, most_bytes: int) -> bytes:
    """The bytes of a regular file, behind symbolic links too.

    Raises OSError for every other kind of file, and for one of more than `most_bytes`.
    """
    try:
        check_regular(os.stat(path))
        handle = os.open(path, _FLAGS)
    except ValueError:  # a null character
        raise OSError(errno.EINVAL, "this is no path") from None
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        check_regular(found)  # what is at the path may have changed since
        data = file.read(most_bytes + 1) if found.st_size <= most_bytes else b""
    if found.st_size > most_bytes or len(data) > most_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {_size(most_bytes)}")
    return data


def check_regular(found: os.stat_result) -> None:
    """Raise OSError, which says what this is, unless it is a regular file."""
    mode = found.st_mode
    if stat.S_ISREG(mode):
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder; name the file in it")
    if stat.S_ISFIFO(mode):
        raise OSError(
            errno.EINVAL, f"it is a pipe, such as <(…) in a shell, and no regular file; {_NOTHING}"
        )
    kind = "a socket" if stat.S_ISSOCK(mode) else "a device"
    raise OSError(errno.EINVAL, f"it is {kind} and no regular file; {_NOTHING}")


def _size(most_bytes: int) -> str:
    return f"{most_bytes >> 20} MiB" if most_bytes >= 1 << 20 else f"{most_bytes} bytes"
