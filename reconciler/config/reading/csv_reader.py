"""CSV reader: text to rows of cells with locations, or the errors of its syntax.

It reads RFC 4180 with commas, semicolons or tabs, and what spreadsheets and scripts add: a line
`sep=;` or `#TYPE …`, byte order marks, cells of several lines, invisible characters.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.config.reading.diagnostics import Diagnostics, Spot, location
from reconciler.core.text import is_invisible

SEPARATORS = ",;\t"

MOST_LINES = 50
"""Lines of one cell. The limit reports a quote that is never closed at its own line."""

BYTE_ORDER_MARK = "\ufeff"

BLANKS = (
    " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\xad\u200b\u200e\u200f\u2060\ufeff"
)
"""Characters that are removed around a cell: spaces of any width, and marks of direction."""

_FORMULA = re.compile("'*[-=+@\uff0d\uff1d\uff0b\uff20]")
"""The start of a cell that a spreadsheet could execute, behind any apostrophes that prevent it."""

_LINE_BREAK = re.compile("\r\n|\n|\r")
_QUOTED = {
    separator: re.compile(rf'[^\S\n{separator}]*"((?:[^"]|"")*+)"[^\S\n{separator}]*')
    for separator in (*SEPARATORS, "|")
}
_BARE = {separator: re.compile(f'[^"\n{separator}]*') for separator in (*SEPARATORS, "|")}
_IN_QUOTES = re.compile('"[^"]*"')
_SEPARATOR_LINE = re.compile(r'"?sep=(["]?)([,;|\t])\1"?[,;\s]*', re.IGNORECASE)
_TYPE_LINE = re.compile(r'"?#TYPE\b.*')
_SEVERAL_LINES = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class CsvCell:
    """The text of one cell in one line, without spaces around it, and its location.

    is_quoted  whether `at` is that of a quote, with the text behind it
    """

    text: str
    at: Spot
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row of the table.

    cells  None for a row with a stray quote, which is reported
    """

    cells: list[CsvCell] | None
    at: Spot


def read(text: str, file: int, complaints: Diagnostics) -> list[CsvRow]:
    """The rows of a table without empty ones; `file` is its number in `complaints`."""
    lines = _LINE_BREAK.split(text.replace(BYTE_ORDER_MARK, ""))
    separator, number = _beginning(lines)
    rows = []
    while number < len(lines):
        if not lines[number].strip(f"{separator} \t"):
            number += 1
            continue
        at, row = location(file, number, 0), _RowText(lines, number, separator, file)
        try:
            rows.append(CsvRow(list(row.cells()), at))
        except _Stray as stray:
            complaints.add(*stray.args)
            rows.append(CsvRow(None, at))
        number += row.lines_read
    return rows


def without_invisible(text: str) -> str:
    """The text with plain spaces, and without invisible characters."""
    plain = "".join(" " if char.isspace() else "" if is_invisible(char) else char for char in text)
    return " ".join(plain.split())


def protected(text: str) -> str:
    """The text with an apostrophe in front if a spreadsheet could execute it as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unprotected(text: str) -> str:
    """The text without the apostrophe that `protected` and spreadsheets put in front."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


class _Stray(Exception):
    """A quote that is not allowed; `args` is (location, message)."""


def _beginning(lines: Sequence[str]) -> tuple[str, int]:
    """The separator, and the number of the first line of the table."""
    declared = None
    for number, line in enumerate(lines):
        if found := _SEPARATOR_LINE.fullmatch(line):
            declared = found[2]
        elif line.strip() and not _TYPE_LINE.fullmatch(line.strip()):
            return declared or _separator(line), number
    return SEPARATORS[0], len(lines)


def _separator(header: str) -> str:
    return max(SEPARATORS, key=_IN_QUOTES.sub("", header).count)


class _RowText:
    """The text of one row, and the number of lines read for it."""

    def __init__(self, lines: Sequence[str], number: int, separator: str, file: int) -> None:
        self.lines_read = 1
        self._text = lines[number]
        self._lines = lines
        self._number = number
        self._separator = separator
        self._file = file

    def cells(self) -> Iterator[CsvCell]:
        """The cells in order; raises `_Stray`."""
        start = 0
        while True:
            quoted = _QUOTED[self._separator].match(self._text, start) or self._over_lines(start)
            if quoted:
                end, raw, begin = quoted.end(), quoted[1].replace('""', '"'), quoted.start(1) - 1
            else:
                bare = _BARE[self._separator].match(self._text, start)
                end = bare.end() if bare else start
                raw = self._text[start:end]
                begin = start + len(raw) - len(raw.lstrip(BLANKS))
            if end < len(self._text) and self._text[end] not in (self._separator, "\n"):
                raise _Stray(*self._stray(start, end, is_closed=bool(quoted)))
            text = _SEVERAL_LINES.sub(" ", raw.strip(BLANKS))
            yield CsvCell(text, self._location(min(begin, end)), bool(quoted))
            if end == len(self._text) or self._text[end] == "\n":
                self.lines_read = self._text.count("\n", 0, end) + 1
                return
            start = end + 1

    def _over_lines(self, start: int) -> re.Match[str] | None:
        """A quoted cell that ends in a later line, before a separator."""
        if not self._text[start:].lstrip(" \t").startswith('"'):
            return None
        known = self._text.count("\n") + 1
        more = self._lines[self._number + known : self._number + MOST_LINES]
        text = "\n".join([self._text, *more])
        found = _QUOTED[self._separator].match(text, start)
        is_closed = found and (
            found.end() == len(text) or text[found.end()] in (self._separator, "\n")
        )
        if found is None or not is_closed:
            return None
        end = text.find("\n", found.end())
        self._text = text if end < 0 else text[:end]
        return found

    def _stray(self, start: int, end: int, *, is_closed: bool) -> tuple[Spot, str]:
        at = self._location(end)
        if is_closed:
            return at, 'text after a closing quote; double a quote inside a cell: ""'
        if not self._text[start:end].strip():
            return at, "a quote is opened here and not closed; close it, or remove it"
        return at, 'a stray quote; put the whole cell in quotes and double this one: ""'

    def _location(self, offset: int) -> Spot:
        """The location of a character of the row."""
        line = self._text.count("\n", 0, offset)
        column = offset - (self._text.rfind("\n", 0, offset) + 1)
        return location(self._file, self._number + line, column)
