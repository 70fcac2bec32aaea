"""Paths that a command writes to: checks of them, and a new folder that a command fills."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from reconciler.core.errors import RunFailed, WrongUsage


@contextmanager
def examining(path: Path) -> Iterator[None]:
    """Check a path in the block. Raises `WrongUsage` if this user may not look at it.

    pathlib raises OSError in a folder that the user may not enter, and for a name that is too long.
    """
    try:
        yield
    except OSError as error:
        raise WrongUsage(f"cannot write {path.absolute()}: {error.strerror}") from None


def check_new_folder(path: Path) -> None:
    """Raise `WrongUsage` unless this folder can be created, or exists and is empty."""
    with examining(path):
        is_there = path.exists() or path.is_symlink()
        is_usable = path.is_dir() if is_there else path.absolute().parent.is_dir()
        has_files = is_there and is_usable and any(path.iterdir())
    if is_there and not is_usable:
        raise WrongUsage(f"{path} is not a folder; name a new folder")
    if not is_usable:
        raise WrongUsage(f"cannot write {path.absolute()}: its parent folder does not exist")
    if has_files:
        raise WrongUsage(f"{path} is not empty and is left as it is; name a new folder")


def fill_new_folder(path: Path, files: Mapping[str, str]) -> None:
    """Write private files (mode 0600) into the folder, which may be missing. Raises `RunFailed`."""
    from reconciler.store.files import fill_folder

    try:
        fill_folder(path, {name: text.encode() for name, text in files.items()})
    except OSError as error:
        raise RunFailed(f"cannot write {path.absolute()}: {error.strerror}") from None
