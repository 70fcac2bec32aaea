"""Layout of terminal text: column widths, shortening, folding and colour.

It is plain string work: 20,000 links take well under a second, which a rich table cannot reach.
All text that comes in is already visible (`text.visible`), so the only escape sequences in the
output are those of a style.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, zip_longest

from reconciler.views.terminal.shortening import columns_of, prefix, shorten_apart

GAP = "  "
MARGIN = "  "

UNLIMITED = 1 << 20
"""The width of a pipe: nothing is folded or shortened, so that grep and awk find whole names."""

WHOLE = 40
"""In sentences, words of up to this many columns are never broken: IDs, options, variables."""

_URL = re.compile(r"https://[!-~]{1,300}")

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
    """A piece of one line, in a style that `Page.paint` knows."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """How a column adapts to the page.

    least  its minimum width in columns of the terminal; 0 keeps the width of the longest text
    most   its maximum width; longer text is a name. A terminal shortens it so that it still differs
           from the others in the column. In a pipe, it extends beyond its column. 0 is no limit
    folds  continue text that is too long on the next line, instead of shortening it
    """

    least: int = 0
    most: int = 0
    folds: bool = False

    @property
    def is_name(self) -> bool:
        """Whether a terminal shortens texts of this column."""
        return self.most > 0


FIXED = Column()
"""For IDs, dates and numbers: always shown whole."""

NAME = Column(least=10, most=60)
"""For names of tenants, identities and partners."""


def text_column(least: int = 24) -> Column:
    """Return a column for sentences, which fold."""
    return Column(least=least, folds=True)


@dataclass(frozen=True, slots=True)
class Page:
    """The target of a layout.

    width    columns of the terminal, or `UNLIMITED`
    color    whether it understands styles
    is_full  whether every link is listed, also where many are alike
    """

    width: int = UNLIMITED
    color: bool = False
    is_full: bool = False

    @property
    def is_pipe(self) -> bool:
        """Whether the width is unlimited."""
        return self.width == UNLIMITED

    def paint(self, text: str, style: str) -> str:
        """Return the text in that style, or unchanged where there is no colour."""
        if not (self.color and style and text):
            return text
        return f"\x1b[{_SGR[style]}m{text}\x1b[0m"

    def note(self, text: str, *, lead: str = "", style: str = "") -> Iterator[str]:
        """Yield a sentence, folded to the page; further lines are indented by the lead's width.

        lead  what precedes the first line, in no style
        """
        hang = " " * len(lead)
        for number, line in enumerate(fold(text, self.width - len(lead))):
            yield (hang if number else lead) + self.paint(line, style)

    def table(
        self, rows: Iterable[Sequence[Cell]], columns: Sequence[Column]
    ) -> Iterator[list[str]]:
        """Yield the lines of each row, with aligned columns that fit the page if they can."""
        rows = list(rows)
        widths = self._fit(rows, columns)
        shortens = [column.is_name and not self.is_pipe for column in columns]
        names = [
            shorten_apart((row[i].text for row in rows), widths[i]) if shortens[i] else {}
            for i in range(len(columns))
        ]
        for row in rows:
            cells = [
                Cell(names[i].get(cell.text, cell.text), cell.style) for i, cell in enumerate(row)
            ]
            yield list(self._row(cells, columns, widths))

    def _row(
        self, cells: Sequence[Cell], columns: Sequence[Column], widths: Sequence[int]
    ) -> Iterator[str]:
        pieces_of = [
            self._pieces(cell.text, column, width, is_last=number == len(cells) - 1)
            for number, (cell, column, width) in enumerate(zip(cells, columns, widths, strict=True))
        ]
        for pieces in zip_longest(*pieces_of, fillvalue=""):
            last = max((i for i, piece in enumerate(pieces) if piece), default=0)
            line = []
            for i in range(last + 1):
                pad = "" if i == last else " " * (widths[i] - columns_of(pieces[i]))
                line.append(self.paint(pieces[i], cells[i].style) + pad)
            yield MARGIN + GAP.join(line)

    def _pieces(self, text: str, column: Column, width: int, *, is_last: bool) -> list[str]:
        """Return a cell's lines; in a pipe, it has one. On a terminal, only the last may extend."""
        if self.is_pipe or not (column.folds or column.is_name):
            return [text]
        return fold(text, width, breaks_words=column.is_name or not is_last)

    def _fit(self, rows: Sequence[Sequence[Cell]], columns: Sequence[Column]) -> list[int]:
        """Return the widths, after narrowing columns until a row fits.

        Names of more than a quarter of the page are shortened first, so that one long name does
        not fold the sentences of all other rows. Then the widest column is narrowed.
        """
        widths = natural(rows, columns)
        for _ in range(total(widths) - self.width):
            flexible = [
                i for i, column in enumerate(columns) if column.least and widths[i] > column.least
            ]
            long = [i for i in flexible if columns[i].most and widths[i] > self.width // 4]
            if not flexible:
                break
            widths[max(long or flexible, key=widths.__getitem__)] -= 1
        return widths


def with_summary(page: Page, lines: Iterable[str], summary: str) -> str:
    """Return the lines without blank ones at the start, then the summary.

    In a pipe, the summary is one line: scripts search for it.
    """
    lines = list(dropwhile(lambda line: not line, lines))
    gap = [""] if lines else []
    return "\n".join([*lines, *gap, *page.note(summary, style="strong")]) + "\n"


def natural(rows: Sequence[Sequence[Cell]], columns: Sequence[Column]) -> list[int]:
    """Return the width of each column when nothing is folded.

    A name that is wider than `Column.most` pads no other row to its width.
    """
    widths = [
        max((columns_of(row[i].text) for row in rows), default=0) for i in range(len(columns))
    ]
    return [
        min(width, column.most) if column.most else width
        for width, column in zip(widths, columns, strict=True)
    ]


def widest(rows: Sequence[Sequence[Cell]], columns: Sequence[Column]) -> int:
    """Return the width of a table in which nothing is folded."""
    return total(natural(rows, columns))


def narrowest(rows: Sequence[Sequence[Cell]], columns: Sequence[Column]) -> int:
    """Return the smallest width that a table can be given."""
    return total(
        [
            min(width, column.least) if column.least else width
            for width, column in zip(natural(rows, columns), columns, strict=True)
        ]
    )


def total(widths: Sequence[int]) -> int:
    """Return the width of a row of such columns, with its margin and gaps."""
    return len(MARGIN) + sum(widths) + len(GAP) * (len(widths) - 1)


def fold(text: str, width: int, *, breaks_words: bool = False) -> list[str]:
    """Return the text in lines of at most that many columns, broken at blanks.

    An ID is never broken and may extend beyond the line.

    breaks_words  break every word that is longer than a line; without it, only those that are
                  longer than `WHOLE` and are no URL
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
            lines += _chunks(word, max(width, 2))
    return [line for line in lines if line]


def _stays_whole(word: str, width: int, breaks_words: bool) -> bool:
    if columns_of(word) <= width or _ID.fullmatch(word):
        return True
    return not breaks_words and (columns_of(word) <= WHOLE or bool(_URL.fullmatch(word)))


def _chunks(word: str, width: int) -> list[str]:
    """Return the word in pieces; rich's `split_text` loses a wide character at a cut."""
    chunks = []
    while word:
        chunks.append(prefix(word, width))
        word = word[len(chunks[-1]) :]
    return chunks
