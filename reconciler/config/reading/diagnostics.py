"""What is wrong with the file, where, and what to do? Collected, so that all is said at once.

A complaint is one line: `tenants.yaml:14:5: what is wrong; what to do`. This module knows places
and how to show a stranger's text; it does not know what a tenants.yaml should hold.
"""

import difflib
from collections.abc import Collection
from pathlib import Path

from reconciler.core.errors import BadFile
from reconciler.core.text import by_code_point, visible

Spot = int
"""A place as one sortable number: file, line, column. Two hundred thousand of them stay small."""

MOST_COMPLAINTS = 10_000
"""After so many nobody reads on, and each costs time and memory."""

MOST_COMPARISONS = 50_000
"""Between misspelt and known names, at some 15 µs each."""

LONGEST_SHOWN = 60
"""Characters of a value or key that a message repeats."""

HARMLESS = "\u200c\u200d\ufe0e\ufe0f"
"""Hidden characters that a name may hold."""

_LINE, _COLUMN = 32, 24
_TOO_FAR = (1 << _COLUMN) - 1


def location(file: int, line: int, column: int) -> Spot:
    """The place in the file of that number; line and column count from 0, as YAML's marks do."""
    return ((file << _LINE | line) << _COLUMN) | (column if column < _TOO_FAR else _TOO_FAR)


def file_of(at: Spot) -> int:
    """The number of the file that a place is in."""
    return at >> (_LINE + _COLUMN)


class Diagnostics:
    """Every complaint about one tenants.yaml and the files it includes."""

    def __init__(self) -> None:
        self.paths: list[Path] = []
        self._files: list[str] = []
        self._found: set[tuple[Spot, str]] = set()
        self._is_cut = False
        self._comparisons = MOST_COMPARISONS

    def __len__(self) -> int:
        return len(self._found)

    def file(self, path: Path) -> int:
        """The number of a file, to make spots with. The path is printed as it is given here."""
        self.paths.append(path)
        self._files.append(visible(str(path)))
        return len(self._files) - 1

    def add(self, at: Spot, message: str) -> None:
        """Note one complaint. The same words at the same place are said once."""
        if len(self._found) < MOST_COMPLAINTS:
            self._found.add((at, message))
        else:
            self._is_cut = True

    def replace(self, file: int, message: str) -> None:
        """Say this one thing about a file, and nothing else."""
        self._found = {one for one in self._found if file_of(one[0]) != file}
        self.add(location(file, 0, 0), message)

    def where(self, at: Spot) -> str:
        """The place as people and editors read it: `tenants.yaml:14:5`."""
        column = (at & _TOO_FAR) + 1
        line = ((at >> _COLUMN) & ((1 << _LINE) - 1)) + 1
        return f"{self._files[file_of(at)]}:{line}:{column}"

    def did_you_mean(self, word: str, known: Collection[str]) -> str:
        """`did_you_mean`, until it has cost too much: a hint is a courtesy."""
        self._comparisons -= len(known)
        return did_you_mean(word, known) if self._comparisons >= 0 else ""

    def error(self) -> BadFile:
        """All complaints as one exception, sorted by file, line and column."""
        lines = [f"{self.where(at)}: {message}" for at, message in sorted(self._found)]
        if self._is_cut:
            lines.append(f"{self._files[0]}:1:1: there are more errors; fix these first")
        return BadFile(*lines)


def hidden(text: str) -> str:
    """The first character that nobody would see, or that would move what others see; or nothing.

    Joiners and variation selectors pass: some scripts and emoji need them.
    """
    if visible(text) == text:
        return ""
    return next((c for c in text if c not in HARMLESS and visible(c) != c), "")


def quoted(text: str) -> str:
    """A value or key as a message may repeat it: shortened, in quotes, and with the code points of
    invisible characters in their place."""
    short = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
    return f'"{by_code_point(short)}"'


def nearest(word: str, known: Collection[str]) -> str:
    """The known word that was probably meant; empty if none is near."""
    words = {name.casefold(): name for name in sorted(known)}
    near = difflib.get_close_matches(word[:LONGEST_SHOWN].casefold(), words, n=1, cutoff=0.6)
    return words[near[0]] if near else ""


def did_you_mean(word: str, known: Collection[str]) -> str:
    """`did you mean partner?` with the nearest known word, or nothing if none is near."""
    near = nearest(word, known)
    return f"did you mean {by_code_point(near)}?" if near else ""
