"""File access: bytes, encodings, and the globs of `include:`."""

import errno
import glob
import os
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path

from yaml.reader import Reader

from reconciler.config.reading.diagnostics import Diagnostics, Spot, location, quoted
from reconciler.regular_files import read_regular

MOST_BYTES = 64 * 1024 * 1024
"""The largest file: about 300,000 tenants."""

MOST_FILES = 1_000
"""The most files that one glob may match."""

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How a workbook begins: xlsx, which is a ZIP archive, and xls."""

_UNREADABLE = Reader.NON_PRINTABLE
"""Characters that YAML does not allow (section 5.1 of its specification)."""


def fetch(path: Path) -> bytes | str:
    """The bytes of a file, or the message why it cannot be read."""
    try:
        return read_regular(path, MOST_BYTES)
    except FileNotFoundError:
        return (
            f"there is no such file: {path.absolute()}; "
            "give its path with -c, or create one with pal-reconcile init"
        )
    except IsADirectoryError:
        return "this is a directory; give the path of a file"
    except OSError as error:
        if error.errno == errno.EFBIG:
            return f"the file is larger than {MOST_BYTES >> 20} MiB; split it into several"
        return f"the file cannot be read: {error.strerror}; check its path and its permissions"


def is_table(path: Path) -> bool:
    """Whether a file is read as CSV rather than YAML."""
    return path.suffix.casefold() == ".csv"


def decode(
    data: bytes, file: int, complaints: Diagnostics, *, is_table: bool = False
) -> str | None:
    """The text of a file, without a byte order mark; None, with an error, if it is not text.

    A table may be UTF-16 with a byte order mark, as Excel writes "Unicode text".
    """
    if data.startswith(_WORKBOOKS):
        complaints.add(
            location(file, 0, 0),
            "this is a workbook or an archive, and not text; in Excel, save it as CSV UTF-8",
        )
        return None
    is_utf16 = is_table and data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(error.encoding, "replace")
        complaints.add(_end(before, file), "the file is not UTF-8 here; save it as UTF-8")
        return None
    if found := _UNREADABLE.search(text):
        code = f"U+{ord(found[0]):04X}"
        at = _end(text[: found.start()], file)
        complaints.add(at, f"a character that is not allowed ({code}); remove it")
        return None
    return text


def _end(text: str, file: int) -> Spot:
    return location(file, text.count("\n"), len(text) - text.rfind("\n") - 1)


def matches(pattern: str, folder: Path) -> list[Path] | str:
    """The files that a glob matches, sorted, with the folder; or the message why there are none."""
    shown = f"include {quoted(pattern)}"
    if Path(pattern).is_absolute():
        return f"{shown} is an absolute path; make it relative to this file"
    if pattern.count("**") > 1 or ("**" in pattern and ".." in pattern):
        return f"{shown} is too broad: use ** at most once, and not with ..; narrow it"
    found: list[str] = []
    for name in glob.iglob(pattern, root_dir=folder, recursive=True):
        found.append(name)
        if len(found) > MOST_FILES:
            return f"{shown} matches more than {MOST_FILES:,} files; narrow it"
    paths = [folder / name for name in sorted(found)]
    named = [path for path in paths if not os.path.isdir(path)]
    if not named:
        return (
            f"{shown} matches no file; correct it, or remove it (paths are relative to this file)"
        )
    if odd := next((path for path in named if not os.path.isfile(path)), None):
        return f"{shown} matches {quoted(str(odd))}, which is not a regular file; narrow it"
    return named
