"""How is a folder of files written so that nobody else reads it, and nothing else in it is lost?"""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from reconciler.core.redaction.redactor import redact_bytes
from reconciler.store.files import PRIVATE, write_whole


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder that only its owner reads, with these files, whole or not at all.

    Raises OSError, FileExistsError among them.
    """
    if path.exists():
        raise FileExistsError(17, "it exists", str(path))
    made = Path(tempfile.mkdtemp(dir=path.absolute().parent, prefix=f".{path.name}."))
    try:
        fill(made, files)
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
    fill(path, files)


def fill(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, each in one step and without secrets. Raises OSError."""
    for name, data in files.items():
        write_whole(path / name, redact_bytes(data), PRIVATE)
