"""Reading of regular files: other kinds are refused, and nothing blocks."""

import os
import socket
from pathlib import Path

import pytest

from reconciler.regular_files import read_regular


def refusal(path: Path | str, max_bytes: int = 10) -> str:
    with pytest.raises(OSError, match=r".+") as caught:
        read_regular(path, max_bytes)
    assert caught.value.strerror
    return caught.value.strerror


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    """The limit itself is accepted, one byte more is not; a symbolic link is followed."""
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_bytes(b"x" * 10)
    link.symlink_to(path)
    assert read_regular(link, 10) == b"x" * 10
    assert refusal(path, 9) == "it is larger than 9 bytes"
    assert read_regular("/proc/self/stat", 1 << 20)  # reports a size of 0


def test_a_pipe_never_blocks(tmp_path: Path) -> None:
    """A named pipe without a writer, a link to one, and the shell's <(…) are refused at once."""
    path, link = tmp_path / "fifo", tmp_path / "link"
    os.mkfifo(path)
    link.symlink_to(path)
    readable, writable = os.pipe()
    for name in (path, link, f"/dev/fd/{readable}"):
        assert "pipe" in refusal(name)
    os.close(readable)
    os.close(writable)


def test_other_kinds_are_named(tmp_path: Path) -> None:
    """A folder, a socket, a device, an invalid path and a missing file."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        assert "socket" in refusal(tmp_path / "s")
    assert "folder" in refusal(tmp_path)
    assert "device" in refusal("/dev/zero")
    assert "not a path" in refusal("a\0b")
    assert refusal(tmp_path / "nothing") == "No such file or directory"
