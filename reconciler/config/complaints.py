"""What is wrong with the file, where, and what to do? Collected, so that all is said at once.

A complaint is one line: `tenants.yaml:14:5: what is wrong; what to do`. This module knows places
and how to show a stranger's text; it does not know what a tenants.yaml should hold.
"""

import difflib
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from reconciler.core.errors import BadFile

Spot = int
"""A place as one sortable number: file, line, column. Two hundred thousand of them stay small."""

MOST_COMPLAINTS = 10_000
"""After so many nobody reads on, and each costs memory: the rest is only counted."""

LONGEST_SHOWN = 60
"""Characters of a value or key that a message repeats."""

_LINE, _COLUMN = 32, 24
_TOO_FAR = (1 << _COLUMN) - 1
_JOINERS = "\u200c\u200d"


def spot(file: int, line: int, column: int) -> Spot:
    """The place in the file of that number; line and column count from 0, as YAML's marks do."""
    return ((file << _LINE | line) << _COLUMN) | min(column, _TOO_FAR)


class Complaints:
    """Every complaint about one tenants.yaml and the files it includes."""

    def __init__(self) -> None:
        self._files: list[str] = []
        self._found: set[tuple[Spot, str]] = set()
        self._left_off = 0

    def __len__(self) -> int:
        return len(self._found)

    def file(self, path: Path) -> int:
        """The number of a file, to make spots with. The path is printed as it is given here."""
        self._files.append(cleaned(str(path)))
        return len(self._files) - 1

    def add(self, at: Spot, message: str) -> None:
        """Note one complaint. The same words at the same place are said once."""
        if len(self._found) < MOST_COMPLAINTS:
            self._found.add((at, message))
        else:
            self._left_off += 1

    def where(self, at: Spot) -> str:
        """The place as people and editors read it: `tenants.yaml:14:5`."""
        column = (at & _TOO_FAR) + 1
        line = ((at >> _COLUMN) & ((1 << _LINE) - 1)) + 1
        return f"{self._files[at >> (_LINE + _COLUMN)]}:{line}:{column}"

    def error(self) -> BadFile:
        """All complaints as one exception, sorted by file, line and column."""
        lines = [f"{self.where(at)}: {message}" for at, message in sorted(self._found)]
        if self._left_off:
            lines.append(
                f"{self._files[0]}:1:1: {self._left_off} more complaints are not shown; "
                "mend these first"
            )
        return BadFile(*lines)


def unprintable(text: str) -> str:
    """The first character that must not reach a terminal or a report; empty if there is none.

    Control characters, line and paragraph separators, lone surrogates, and invisible format
    characters (bidi controls among them), but for the two joiners that some scripts need.
    """
    if text.isprintable():
        return ""
    for char in text:
        category = unicodedata.category(char)
        if category in ("Cc", "Cs", "Zl", "Zp") or (category == "Cf" and char not in _JOINERS):
            return char
    return ""


def cleaned(text: str) -> str:
    """The text with every unprintable character as its code point."""
    if not unprintable(text):
        return text
    return "".join(f"<U+{ord(char):04X}>" if unprintable(char) else char for char in text)


def quoted(text: str) -> str:
    """A value or key as a message may repeat it: cleaned, shortened and in quotes."""
    short = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
    return f'"{cleaned(short)}"'


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean partner?` with the nearest known word, or nothing if none is near."""
    words = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word[:LONGEST_SHOWN].casefold(), words, n=1, cutoff=0.6)
    return f"did you mean {cleaned(words[near[0]])}?" if near else ""
