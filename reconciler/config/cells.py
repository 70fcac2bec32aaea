"""CSV text → rows of cells, each with its place, or what is wrong with it as CSV.

RFC 4180 with commas or semicolons, except that no cell goes over several lines: no column of ours
does, and so a quote that was never closed is found in its own line. It knows nothing of tenants.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.config.complaints import Complaints, Spot, spot

SEPARATORS = ",;"

_LINE_BREAK = re.compile("\r\n|\n|\r")
_QUOTED = re.compile('[ \t]*"((?:[^"]|"")*)"[ \t]*')
_BARE = {separator: re.compile(f'[^"{separator}]*') for separator in SEPARATORS}


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of one cell, without the blanks around it, and where it stands."""

    text: str
    at: Spot


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    cells  None for a line with a stray quote, which has its complaint
    """

    cells: list[Cell] | None
    at: Spot


def read(text: str, file: int, complaints: Complaints) -> list[Row]:
    """The rows of a table, blank ones left out; `file` is the number that `complaints` gave it."""
    lines = _LINE_BREAK.split(text)
    separator = _separator(next((line for line in lines if line.strip()), ""))
    rows = []
    for number, line in enumerate(lines):
        if not line.strip(f"{separator} \t"):
            continue
        try:
            cells = list(_cells(line, separator, file, number))
            rows.append(Row(cells, spot(file, number, 0)))
        except _Stray as stray:
            column, message = stray.args
            complaints.add(spot(file, number, column), message)
            rows.append(Row(None, spot(file, number, 0)))
    return rows


class _Stray(Exception):
    """A quote where none can be; `args` is (column from 0, what to say)."""


def _separator(header: str) -> str:
    return max(SEPARATORS, key=header.count)


def _cells(line: str, separator: str, file: int, number: int) -> Iterator[Cell]:
    """The cells of one line; raises `_Stray`."""
    start = 0
    while True:
        if quoted := _QUOTED.match(line, start):
            end, text = quoted.end(), quoted[1].replace('""', '"')
            column = line.index('"', start)
        else:
            end = _BARE[separator].match(line, start).end()  # type: ignore[union-attr]
            raw = line[start:end]
            text, column = raw.strip(), start + len(raw) - len(raw.lstrip())
        if end < len(line) and line[end] != separator:
            raise _Stray(*_stray(line, start, end, is_closed=bool(quoted)))
        yield Cell(text, spot(file, number, min(column, end)))
        if end == len(line):
            return
        start = end + 1


def _stray(line: str, start: int, end: int, *, is_closed: bool) -> tuple[int, str]:
    if is_closed:
        return end, 'text after a closing quote; write a quote inside of a cell twice: ""'
    if not line[start:end].strip():
        return end, "a quote is opened here and not closed in this line; close it, or take it out"
    return end, 'a stray quote; put the whole cell in quotes and write this one twice: ""'
