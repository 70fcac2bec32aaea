"""Terminal table of the inventory: every link, on one line where that fits, else on two or more.

It shows what a read saw. It makes no statement about credit.
"""

from collections.abc import Iterator, Sequence

from reconciler.core.links import Action
from reconciler.core.text import visible
from reconciler.views.notes import access, expires, note, since
from reconciler.views.rows import QUIET, Row
from reconciler.views.terminal.layout import (
    FIXED,
    NAME,
    Cell,
    Column,
    Page,
    narrowest,
    text_column,
    widest,
)

_HEADING = (
    *("TENANT", "TENANT ID", "IDENTITY", "STATE", "PARTNER ID", "PARTNER NAME", "SINCE"),
    *("ACCESS", "EXPIRES", "TAGS", "NOTE"),
)

_EXTRAS = slice(7, 10)
"""ACCESS, EXPIRES and TAGS have columns only if all fits; else they are part of the note."""

_WIDE_NAME = Column(least=14, most=NAME.most)
_COLUMNS = (
    *(_WIDE_NAME, FIXED, NAME, FIXED, FIXED, _WIDE_NAME, FIXED),
    text_column(20),
)
_UPPER = (_WIDE_NAME, NAME, FIXED, FIXED, _WIDE_NAME)
_LOWER = (FIXED, FIXED, FIXED, text_column(20))
_NARROW = (NAME, NAME, FIXED, FIXED)
_INDENT = Cell("   ")


def inventory_lines(page: Page, rows: Sequence[Row]) -> Iterator[str]:
    """Yield every link, in file order, under a heading."""
    heading = [Cell(text, "strong") for text in _HEADING]
    full = _without_empty_extras([heading, *map(_cells, rows)])
    columns = (*_COLUMNS[:7], *[FIXED] * (len(full[0]) - 7))
    if widest(full, columns) <= page.width:
        yield from _in_lines(page, full, columns)
        return
    cells = [_without_extras(line) for line in (heading, *map(_cells, rows))]
    if narrowest(cells, _COLUMNS) <= page.width:
        yield from _in_lines(page, cells, _COLUMNS)
    elif narrowest([_lower(line) for line in cells], _LOWER) <= page.width:
        yield from _in_pairs(page, cells)
    else:
        yield from _with_notes(page, cells)


def _in_lines(
    page: Page, cells: Sequence[Sequence[Cell]], columns: Sequence[Column]
) -> Iterator[str]:
    for lines in page.table(cells, columns):
        yield from lines


def _in_pairs(page: Page, cells: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """Yield two lines for each link: the second has the tenant ID, the date and the note."""
    upper = page.table([[tenant, *rest[1:5]] for tenant, *rest in cells], _UPPER)
    lower = page.table([_lower(line) for line in cells], _LOWER)
    for above, below in zip(upper, lower, strict=True):
        yield from above
        yield from below


def _lower(line: Sequence[Cell]) -> list[Cell]:
    return [_INDENT, line[1], line[6], line[7]]


def _with_notes(page: Page, cells: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """Yield the link and, below it, what a narrow page has no columns for."""
    shown = page.table([[line[0], *line[2:5]] for line in cells], _NARROW)
    for number, (above, line) in enumerate(zip(shown, cells, strict=True)):
        yield from above
        if number:
            tenant_id, partner_name, day, remark = (line[n].text for n in (1, 5, 6, 7))
            texts = filter(None, (tenant_id, partner_name, day and f"since {day}", remark))
            yield from page.note("; ".join(texts), lead=_INDENT.text * 2, style=line[7].style)


def _without_empty_extras(cells: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """Drop those extras that no link has."""
    extras = range(len(_HEADING))[_EXTRAS]
    empty = {n for n in extras if not any(line[n].text for line in cells[1:])}
    return [[cell for n, cell in enumerate(line) if n not in empty] for line in cells]


def _without_extras(line: Sequence[Cell]) -> list[Cell]:
    """Move the extras of a line into its note; drop them from the heading."""
    *most, verdict, ends, tags, remark = line
    if remark.text == _HEADING[-1]:
        return [*most, remark]
    tagged = f"tags: {tags.text}" if tags.text else ""
    expiry = f"credential expires {ends.text}" if ends.text else ""
    checked = f"access: {verdict.text}" if verdict.text else ""
    texts = filter(None, (checked, remark.text, tagged, expiry))
    return [*most, Cell("; ".join(texts), remark.style)]


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
        Cell(access(row)),
        Cell(expires(row)),
        Cell(visible(", ".join(row.change.wanted.tags))),
        Cell(visible(note(row)), "quiet" if row.action in QUIET else ""),
    ]


def _style(row: Row) -> str:
    """Return green only for a link as wanted; a link to another partner is in place, too."""
    if row.action in QUIET:
        return "quiet"
    if row.action is Action.UNKNOWN:
        return "alarm"
    return "good" if row.is_in_sync else "change"
