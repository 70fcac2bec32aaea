"""How is a file written so that nobody ever sees half of it, and nobody else reads it?"""

import os
import stat
import tempfile
from pathlib import Path

PRIVATE, SHARED = 0o600, 0o644


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 in one step. Raises OSError."""
    write_whole(path, text.encode(), PRIVATE)


def write_shared(path: Path, text: str) -> None:
    """Write a file that others read (mode 0644) in one step. Raises OSError."""
    write_whole(path, text.encode(), SHARED)


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
