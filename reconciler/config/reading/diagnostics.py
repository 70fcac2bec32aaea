"""Errors of a file with their locations, collected to be reported together.

An error is one line: `tenants.yaml:14:5: what is wrong; what to do`. Text from the file is shown
shortened, and without characters that could change the display.
"""

import difflib
from collections.abc import Collection
from pathlib import Path

from reconciler.config.reading.secret_patterns import MASKED, holds_secret
from reconciler.core.errors import BadFile
from reconciler.core.text import by_code_point, visible

Spot = int
"""A location as one sortable number of file, line and column, to save memory."""

MOST_COMPLAINTS = 10_000
"""The limit of reported errors: each costs time and memory."""

MOST_COMPARISONS = 50_000
"""Comparisons of misspelt with known names, at about 15 µs each."""

LONGEST_SHOWN = 60
"""Characters of a value or key in a message."""

HARMLESS = "\u200c\u200d\ufe0e\ufe0f"
"""Invisible characters that are allowed in names."""

_LINE, _COLUMN = 32, 24
_TOO_FAR = (1 << _COLUMN) - 1


def location(file: int, line: int, column: int) -> Spot:
    """The location in a file; line and column count from 0, as in YAML's marks."""
    return ((file << _LINE | line) << _COLUMN) | (column if column < _TOO_FAR else _TOO_FAR)


def file_of(at: Spot) -> int:
    """The number of the file of a location."""
    return at >> (_LINE + _COLUMN)


class Diagnostics:
    """All errors of one tenants.yaml and its included files."""

    def __init__(self) -> None:
        self.paths: list[Path] = []
        self._files: list[str] = []
        self._found: set[tuple[Spot, str]] = set()
        self._is_cut = False
        self._comparisons = MOST_COMPARISONS

    def __len__(self) -> int:
        return len(self._found)

    def file(self, path: Path) -> int:
        """Register a file and return its number. Its path is shown as given."""
        self.paths.append(path)
        self._files.append(visible(str(path)))
        return len(self._files) - 1

    def add(self, at: Spot, message: str) -> None:
        """Add an error. The same message at the same location is reported once."""
        if len(self._found) < MOST_COMPLAINTS:
            self._found.add((at, message))
        else:
            self._is_cut = True

    def replace(self, file: int, message: str) -> None:
        """Replace all errors of a file by one."""
        self._found = {one for one in self._found if file_of(one[0]) != file}
        self.add(location(file, 0, 0), message)

    def where(self, at: Spot) -> str:
        """A location as editors read it: `tenants.yaml:14:5`."""
        column = (at & _TOO_FAR) + 1
        line = ((at >> _COLUMN) & ((1 << _LINE) - 1)) + 1
        return f"{self._files[file_of(at)]}:{line}:{column}"

    def did_you_mean(self, word: str, known: Collection[str]) -> str:
        """`did_you_mean`, or nothing once it has taken too much time."""
        self._comparisons -= len(known)
        return did_you_mean(word, known) if self._comparisons >= 0 else ""

    def error(self) -> BadFile:
        """All errors as one exception, sorted by file, line and column."""
        lines = [f"{self.where(at)}: {message}" for at, message in sorted(self._found)]
        if self._is_cut:
            lines.append(f"{self._files[0]}:1:1: there are more errors; fix these first")
        return BadFile(*lines)


def hidden(text: str) -> str:
    """The first character that is invisible or changes the display of others; or nothing.

    Joiners and variation selectors are allowed: some scripts and emoji need them.
    """
    if visible(text) == text:
        return ""
    return next((c for c in text if c not in HARMLESS and visible(c) != c), "")


def quoted(text: str) -> str:
    """A value or key as messages show it.

    Shortened, in quotes, and with code points in place of invisible characters. A secret that was
    pasted at the wrong place is masked.
    """
    if holds_secret(text):
        return f'"{MASKED}"'
    short = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
    return f'"{by_code_point(short)}"'


def nearest(word: str, known: Collection[str]) -> str:
    """The most similar known word; empty if none is similar."""
    words = {name.casefold(): name for name in sorted(known)}
    near = difflib.get_close_matches(word[:LONGEST_SHOWN].casefold(), words, n=1, cutoff=0.6)
    return words[near[0]] if near else ""


def did_you_mean(word: str, known: Collection[str]) -> str:
    """`did you mean X?` with the most similar known word; empty if none is similar."""
    near = nearest(word, known)
    return f"did you mean {by_code_point(near)}?" if near else ""
