"""Private folders for documents that one customer may see."""

import stat
from pathlib import Path

import pytest

from reconciler.store.files import rewrite_folder, write_folder

FILES = {"a.json": b"1", "b.md": b"2"}


def held(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


def test_a_folder_is_private_and_whole(tmp_path: Path) -> None:
    """Only the owner can read it. An existing folder is left unchanged."""
    path = tmp_path / "new"
    write_folder(path, FILES)
    assert held(path) == FILES
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.iterdir()} == {0o600}
    with pytest.raises(FileExistsError):
        write_folder(path, {"c": b"3"})
    assert held(path) == FILES


def test_an_incomplete_folder_is_removed(tmp_path: Path) -> None:
    """If a file cannot be written, nothing is left."""
    with pytest.raises(OSError, match="No such file"):
        write_folder(tmp_path / "new", {"a": b"1", "no/such/b": b"2"})
    assert list(tmp_path.iterdir()) == []


def test_files_of_others_in_an_existing_folder_are_kept(tmp_path: Path) -> None:
    """Earlier output is replaced, other files are kept, and only the owner can read it."""
    (tmp_path / "old-1").write_text("gone")
    (tmp_path / "letter").write_text("kept")
    rewrite_folder(tmp_path, FILES, "old-*")
    assert held(tmp_path) == FILES | {"letter": b"kept"}
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
