"""How is a file written so that nobody ever sees half of it, and nobody else reads it?"""

import os
import tempfile
from pathlib import Path

PRIVATE, SHARED = 0o600, 0o644


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 in one step. Raises OSError."""
    write_whole(path, text, PRIVATE)


def write_whole(path: Path, text: str, mode: int) -> None:
    """Write a file in one step: whoever reads it finds the old one or the new one, never a part.

    Raises OSError, and then leaves what was there before.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
