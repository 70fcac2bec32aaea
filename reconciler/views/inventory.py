"""How does a terminal show every link, in sync or not? A table where it fits, else two lines each.

What is shown is what a read saw: a link is in place or it is not. What it earns is not known here.
"""

from collections.abc import Iterator, Sequence

from reconciler.views.causes import INDENT
from reconciler.views.layout import Cell, Page, natural, total
from reconciler.views.notes import note, since
from reconciler.views.rows import QUIET, Row
from reconciler.views.text import visible

_HEADING = (
    "TENANT",
    "TENANT ID",
    "IDENTITY",
    "STATE",
    "PARTNER ID",
    "PARTNER NAME",
    "SINCE",
    "NOTE",
)

_LEAST = (14, 0, 10, 0, 0, 14, 0, 16)
_LEAST_NARROW = (14, 10, 0, 0, 14)

_STATES = {"linked": "good", "unreadable": "alarm"}


def inventory_lines(page: Page, rows: Sequence[Row]) -> Iterator[str]:
    """Every link, in the file's order, under a heading."""
    cells = [[Cell(text, "strong") for text in _HEADING], *map(_cells, rows)]
    smallest = [
        min(width, least) if least else width
        for width, least in zip(natural(cells, len(_LEAST)), _LEAST, strict=True)
    ]
    if total(smallest) <= page.width:
        widths = page.fit(cells, _LEAST)
        for line in cells:
            yield from page.row(line, widths)
    else:
        yield from _in_pairs(page, cells)


def _in_pairs(page: Page, cells: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """For a narrow page: what matters on one line, the tenant's ID and the note under it."""
    upper = [[tenant, *rest[1:5]] for tenant, *rest in cells]
    widths = page.fit(upper, _LEAST_NARROW)
    for number, (line, whole) in enumerate(zip(upper, cells, strict=True)):
        yield from page.row(line, widths)
        if number:
            texts = (whole[1].text, whole[6].text and f"since {whole[6].text}", whole[7].text)
            yield from page.note("  ".join(filter(None, texts)), lead=INDENT, style="quiet")


def _cells(row: Row) -> list[Cell]:
    seen = row.observed
    return [
        Cell(visible(row.tenant), "strong"),
        Cell(visible(row.directory)),
        Cell(visible(row.identity)),
        Cell(row.state, _STATES.get(row.state, "change")),
        Cell(visible(seen.partner_id or "") if seen else ""),
        Cell(visible(seen.partner_name or "") if seen else ""),
        Cell(visible(since(row))),
        Cell(visible(note(row)), "quiet" if row.action in QUIET else ""),
    ]
