"""CSV as the standard library and spreadsheets write it, cell by cell."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.config.reading.csv_reader import BLANKS, CsvRow, read
from reconciler.config.reading.diagnostics import Diagnostics

HEADER = ["name", "tenant", "notes"]
CELLS = st.text(st.sampled_from("ab\",;\t\n 'é\u200b="), max_size=12)


def rows_of(text: str) -> tuple[list[CsvRow], Diagnostics]:
    """The rows of a text, and what was reported."""
    complaints = Diagnostics()
    return read(text, complaints.file(Path("c.csv")), complaints), complaints


def shown(text: str) -> str:
    """A cell's text as it is read: without blanks around it, on one line."""
    return " ".join(part.strip() for part in _squeezed(text.strip(BLANKS)))


def _squeezed(text: str) -> list[str]:
    return [part for part in text.split("\n") if part.strip() or "\n" not in text]


@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8),
    st.sampled_from(",;\t"),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_writer_writes_is_read(
    rows: list[tuple[str, str, str]], separator: str, quoting: int, end: str
) -> None:
    """Every cell has its location, whatever its text; blank rows are left out."""
    file = StringIO()
    writer = csv.writer(file, delimiter=separator, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerow(HEADER)
    writer.writerows(rows)
    found, complaints = rows_of(file.getvalue())
    assert len(complaints) == 0
    texts = [[cell.text for cell in row.cells or ()] for row in found]
    expected = [[shown(cell) for cell in row] for row in rows]
    assert [row for row in texts[1:] if any(row)] == [row for row in expected if any(row)]


def test_each_row_is_at_its_line_behind_a_cell_of_several() -> None:
    """Errors count lines as an editor does."""
    found, complaints = rows_of('name,tenant\n"A\n\nB",a.example\nC,c.example\n')
    wheres = [[complaints.where(cell.at) for cell in row.cells or ()] for row in found]
    assert wheres[1] == ["c.csv:2:1", "c.csv:4:4"]
    assert wheres[2] == ["c.csv:5:1", "c.csv:5:3"]


@pytest.mark.parametrize(
    "text",
    ['name,tenant\n"A,a.example\n"B",b.example\n', 'name,tenant\n"A,a.example\nB,b.example\n'],
)
def test_a_quote_that_is_never_closed_costs_its_own_row(text: str) -> None:
    """The next row is read normally."""
    found, complaints = rows_of(text)
    assert [row.cells is None for row in found] == [False, True, False]
    assert [cell.text for cell in found[2].cells or ()] == ["B", "b.example"]
    assert complaints.error().complaints[0].startswith("c.csv:2:1: a quote is opened here")
