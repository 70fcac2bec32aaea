"""How do cells become lines on a terminal? Widths, folding and colour; it knows no plan.

Plain string work, because a cell a thousand times costs what a rich table cannot give: twenty
thousand links in well under a second. All text that comes in here is already visible
(`text.visible`), so a style is the only escape sequence that leaves.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.cells import cell_len

GAP = "  "
MARGIN = "  "

WHOLE = 40
"""In sentences, words up to so many columns are never broken: IDs, options, names of variables."""

_ID = re.compile(r"[(]?[0-9A-Fa-f-]{1,40}[),.;]*")

_SGR = {
    "good": "32",
    "change": "33",
    "remove": "31",
    "alarm": "1;31",
    "warn": "1;35",
    "quiet": "2",
    "strong": "1",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of one line, in a style of `paint`."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What the text is laid out for.

    width  columns of the terminal
    color  whether it understands styles
    """

    width: int
    color: bool

    def paint(self, text: str, style: str) -> str:
        """The text in that style, or as it is where there is no colour to be had."""
        if not (self.color and style and text):
            return text
        return f"\x1b[{_SGR[style]}m{text}\x1b[0m"

    def note(self, text: str, *, lead: str = "", style: str = "") -> Iterator[str]:
        """A sentence under a row, folded to the page; lines after the first hang under it.

        lead  what stands before the first line, plain
        """
        hang = " " * len(lead)
        for number, line in enumerate(fold(text, self.width - len(lead))):
            yield (hang if number else lead) + self.paint(line, style)

    def row(self, cells: Sequence[Cell], widths: Sequence[int]) -> Iterator[str]:
        """One row as lines: each cell folded to its column, without blanks at the end."""
        end = len(cells) - 1  # only the last cell may jut out: nothing stands behind it
        folded = [
            fold(cell.text, width, breaks_words=i < end)
            for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        for pieces in zip_longest(*folded, fillvalue=""):
            last = max((i for i, piece in enumerate(pieces) if piece), default=0)
            line = []
            for i in range(last + 1):
                pad = "" if i == last else " " * (widths[i] - columns_of(pieces[i]))
                line.append(self.paint(pieces[i], cells[i].style) + pad)
            yield MARGIN + GAP.join(line)

    def fit(self, rows: Sequence[Sequence[Cell]], least: Sequence[int]) -> list[int]:
        """The width of each column so that a row fits the page, if it can.

        least  how narrow each column may become; 0 for one that must not be folded
        """
        widths = natural(rows, len(least))
        spare = self.width - total(widths)
        while spare < 0:
            foldable = [i for i, low in enumerate(least) if low and widths[i] > low]
            if not foldable:
                break
            widths[max(foldable, key=widths.__getitem__)] -= 1
            spare += 1
        return widths


def natural(rows: Sequence[Sequence[Cell]], count: int) -> list[int]:
    """How wide each of the columns is when nothing is folded."""
    return [max((columns_of(row[i].text) for row in rows), default=0) for i in range(count)]


def total(widths: Sequence[int]) -> int:
    """How wide a row of such columns is, with its margin."""
    return len(MARGIN) + sum(widths) + len(GAP) * (len(widths) - 1)


def columns_of(text: str) -> int:
    """How many columns of a terminal the text takes; East Asian characters take two."""
    return len(text) if text.isascii() else cell_len(text)


def fold(text: str, width: int, *, breaks_words: bool = False) -> list[str]:
    """The text in lines of at most that many columns, broken at blanks.

    breaks_words  whether any word may be broken that is too long for a line. Without it only one
                  too long for any ID is; an ID is never broken, and juts out instead
    """
    if columns_of(text) <= width:
        return [text]
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if columns_of(joined) <= width:
            lines[-1] = joined
        elif _stays_whole(word, width, breaks_words):
            lines.append(word)
        else:
            lines += _pieces(word, max(width, 2))
    return [line for line in lines if line]


def _stays_whole(word: str, width: int, breaks_words: bool) -> bool:
    if columns_of(word) <= width or _ID.fullmatch(word):
        return True
    return not breaks_words and columns_of(word) <= WHOLE


def _pieces(word: str, width: int) -> list[str]:
    """The word in pieces; rich's own `split_text` drops a wide character that a cut falls on."""
    pieces = [""]
    room = width
    for char in word:
        size = columns_of(char)
        if size > room:
            pieces.append("")
            room = width
        pieces[-1] += char
        room -= size
    return pieces
