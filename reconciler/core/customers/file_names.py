"""File names for customers and people: safe on every platform, and never outside their folder."""

import unicodedata
from collections.abc import Iterable

LONGEST = 60
"""Characters of a name without its suffix: at most 240 bytes, which every file system takes."""

_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)
"""Names of devices on Windows."""


def file_stems(names: Iterable[str]) -> tuple[str, ...]:
    """A file name without suffix for each name, in order; no two are equal in any case.

    It has only letters and digits of any script, `-`, `_` and inner dots.
    """
    taken: set[str] = set()
    return tuple(_distinct(_stem(name), taken) for name in names)


def _stem(name: str) -> str:
    plain = unicodedata.normalize("NFC", name)
    kept = "".join(char if char.isalnum() or char in "-_." else " " for char in plain)
    stem = "-".join(kept.split()).strip(".-")[:LONGEST].strip(".-")
    while ".." in stem:
        stem = stem.replace("..", ".")
    if not stem:
        return "unnamed"
    return f"{stem}_" if stem.partition(".")[0].casefold() in _RESERVED else stem


def _distinct(stem: str, taken: set[str]) -> str:
    found, number = stem, 2
    while _folded(found) in taken:
        found, number = f"{stem}-{number}", number + 1
    taken.add(_folded(found))
    return found


def _folded(stem: str) -> str:
    """What file systems without regard to case and composition compare."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", stem).casefold())
