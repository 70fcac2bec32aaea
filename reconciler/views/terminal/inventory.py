"""How does a terminal show every link, in sync or not? A table where it fits, else two lines each.

What is shown is what a read saw: a link is in place or it is not. What it earns is not known here.
"""

from collections.abc import Iterator, Sequence

from reconciler.core.links import Action
from reconciler.core.text import visible
from reconciler.views.notes import expires, note, since
from reconciler.views.rows import QUIET, Row
from reconciler.views.terminal.layout import Cell, Page, natural, total

_HEADING = (
    *("TENANT", "TENANT ID", "IDENTITY", "STATE", "PARTNER ID", "PARTNER NAME", "SINCE"),
    *("EXPIRES", "TAGS", "NOTE"),
)

_EXTRAS = slice(7, 9)
"""What has columns of its own only where all fits, and stands in the note otherwise."""

_LEAST = (14, 0, 10, 0, 0, 14, 0, 20)
_LEAST_NARROW = (14, 10, 0, 0, 14)

_INDENT = Cell("   ")
_LEAST_LOWER = (0, 0, 0, 20)


def inventory_lines(page: Page, rows: Sequence[Row]) -> Iterator[str]:
    """Every link, in the file's order, under a heading."""
    heading = [Cell(text, "strong") for text in _HEADING]
    cells = [heading, *map(_cells, rows)]
    filled = _without_empty_extras(cells)
    if total(natural(filled, len(filled[0]))) <= page.width:
        yield from _in_lines(page, filled, (0,) * len(filled[0]))
        return
    cells = [_without_extras(line) for line in cells]
    smallest = [
        min(width, least) if least else width
        for width, least in zip(natural(cells, len(_LEAST)), _LEAST, strict=True)
    ]
    if total(smallest) <= page.width:
        yield from _in_lines(page, cells, _LEAST)
    else:
        yield from _in_pairs(page, cells)


def _in_lines(page: Page, cells: Sequence[Sequence[Cell]], least: Sequence[int]) -> Iterator[str]:
    widths = page.fit(cells, least)
    for line in cells:
        yield from page.row(line, widths)


def _in_pairs(page: Page, cells: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """For a narrow page: what matters on one line, the tenant's ID and the note under it."""
    upper = [[tenant, *rest[1:5]] for tenant, *rest in cells]
    lower = [[_INDENT, line[1], line[6], line[7]] for line in cells]
    upper_widths = page.fit(upper, _LEAST_NARROW)
    lower_widths = page.fit(lower, _LEAST_LOWER)
    for above, below in zip(upper, lower, strict=True):
        yield from page.row(above, upper_widths)
        yield from page.row(below, lower_widths)


def _without_empty_extras(cells: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """The lines without those extras of which no link has any."""
    extras = range(len(_HEADING))[_EXTRAS]
    empty = {n for n in extras if not any(line[n].text for line in cells[1:])}
    return [[cell for n, cell in enumerate(line) if n not in empty] for line in cells]


def _without_extras(line: Sequence[Cell]) -> list[Cell]:
    """The line with its extras in the note; of the heading they are left out."""
    *most, ends, tags, note = line
    if note.text == _HEADING[-1]:
        return [*most, note]
    tagged = f"tags: {tags.text}" if tags.text else ""
    run_summary = f"credential ends {ends.text}" if ends.text else ""
    text = "; ".join(part for part in (note.text, tagged, run_summary) if part)
    return [*most, Cell(text, note.style)]


def _cells(row: Row) -> list[Cell]:
    seen = row.observed
    return [
        Cell(visible(row.tenant), "strong"),
        Cell(visible(row.directory), "quiet"),
        Cell(visible(row.identity)),
        Cell(row.state, _style(row)),
        Cell(visible(seen.partner_id or "") if seen else ""),
        Cell(visible(seen.partner_name or "") if seen else ""),
        Cell(visible(since(row)), "quiet"),
        Cell(expires(row)),
        Cell(visible(", ".join(row.change.wanted.tags))),
        Cell(visible(note(row)), "quiet" if row.action in QUIET else ""),
    ]


def _style(row: Row) -> str:
    """Green is for what is as wanted: a link to somebody else is in place too."""
    if row.action in QUIET:
        return "quiet"
    if row.action is Action.UNKNOWN:
        return "alarm"
    return "good" if row.is_in_sync else "change"
