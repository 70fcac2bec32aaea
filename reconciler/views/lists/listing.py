"""Listing: rows under a heading, rendered as a table, Markdown or an HTML page."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.core.text import visible
from reconciler.views.markdown.escape import escape, lines_of, table
from reconciler.views.terminal.layout import Cell, Column, Page, widest


@dataclass(frozen=True, slots=True)
class Listing:
    """A list for people. All text is raw: each format makes it safe in its own way.

    columns  how each column adapts to a terminal
    empty    the sentence that a terminal shows instead of an empty list
    """

    title: str
    heading: Sequence[str]
    rows: Sequence[Sequence[str]]
    columns: Sequence[Column]
    empty: str = ""

    @property
    def width(self) -> int:
        """The width of the table when nothing is folded."""
        return widest(self._cells, self.columns)

    @property
    def _cells(self) -> list[list[Cell]]:
        heading = [Cell(word.upper(), "strong") for word in self.heading]
        return [heading, *([Cell(visible(text)) for text in row] for row in self.rows)]

    def table(self, page: Page) -> str:
        """Render for a terminal."""
        if not self.rows and self.empty:
            return f"{self.empty}\n"
        return lines_of(line for lines in page.table(self._cells, self.columns) for line in lines)

    def markdown(self) -> str:
        """Render as a Markdown table."""
        rows = [[escape(text) for text in row] for row in self.rows]
        return lines_of(table([escape(word) for word in self.heading], rows))

    def html(self) -> str:
        """Render as a page."""
        from reconciler.views.html.pages import page

        return page("listing.html", listing=self)
