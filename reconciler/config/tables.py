"""Which customers does a table hold? The rows of a CSV file as tenants, every cell at its place.

What a cell may say is the model's business, as in YAML. Only what concerns tables is asked here:
the header, the number of cells, and cells that have no place in anybody's table.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from reconciler.config import cells
from reconciler.config.cells import Cell, Row
from reconciler.config.complaints import Complaints, quoted, spot
from reconciler.config.nodes import Items, Node, Plain, Table
from reconciler.config.secretive import MASKED, holds_secret, looks_secret

MUST_HAVE = ("name", "tenant")
LISTS = ("tags", "identities")
"""Columns whose cells are lists, split at `SPLIT`."""

COLUMNS = (*MUST_HAVE, "key", "partner", "state", *LISTS, "client_id", "expires_on")
"""In the order in which the documentation names them."""

SPLIT = ";"

FORMULA = ("=", "+", "-", "@")
"""A spreadsheet runs what begins so."""


@dataclass(slots=True)
class Customers:
    """The tenants of one table.

    rows         in the table's order
    broken       (row, column) of the cells that have their complaint already
    is_complete  whether every row could be read
    """

    rows: Items = field(default_factory=Items)
    broken: list[tuple[int, str]] = field(default_factory=list)
    is_complete: bool = True


def read(text: str, file: int, complaints: Complaints) -> Customers:
    """The customers of a table; `file` is the number that `complaints` gave it."""
    customers = Customers()
    rows = cells.read(text, file, complaints)
    if not rows:
        complaints.add(spot(file, 0, 0), f"the table is empty; begin with {','.join(MUST_HAVE)}")
    header = _header(rows[0], complaints) if rows else None
    if header is None:
        customers.is_complete = False
        return customers
    for row in rows[1:]:
        if _fits(row, header, complaints):
            _add(customers, row, header, complaints)
        else:
            customers.is_complete = False
    return customers


def _header(row: Row, complaints: Complaints) -> list[str] | None:
    """The names of the columns; None, with complaints, if they are no good."""
    if row.cells is None:
        return None
    before = len(complaints)
    seen: dict[str, Cell] = {}
    for cell in row.cells:
        name = cell.text.casefold()
        if trouble := _column_trouble(cell.text, name, complaints):
            complaints.add(cell.at, trouble)
        elif name in seen:
            first = complaints.where(seen[name].at)
            complaints.add(cell.at, f"column {name} stands twice (first at {first}); remove one")
        seen.setdefault(name, cell)
    if len(complaints) == before:
        for name in MUST_HAVE:
            if name not in seen:
                said = f"column {name} is missing; the first row names the columns: {_known()}"
                complaints.add(row.at, said)
    return list(seen) if len(complaints) == before else None


def _column_trouble(text: str, name: str, complaints: Complaints) -> str:
    if name in COLUMNS:
        return ""
    if holds_secret(text) or looks_secret(name):
        shown = MASKED if holds_secret(text) else quoted(text)
        return (
            f"column {shown} looks like a place for secrets, which no table may hold; take it "
            "out, renew them, and refer to them under identities: in the main file"
        )
    if not text:
        return f"a column without a name; name it, or remove it: {_known()}"
    if "\t" in text:
        return "tabs between the cells; save the table with commas or semicolons"
    near = complaints.did_you_mean(name, COLUMNS)
    return f"column {quoted(text)} is unknown; {near or f'known are {_known()}'}"


def _known() -> str:
    return ",".join(COLUMNS)


def _fits(row: Row, header: Sequence[str], complaints: Complaints) -> bool:
    """Whether a row has a cell for each column; a complaint if it does not."""
    if row.cells is None:
        return False
    count = len(row.cells)
    if count == len(header):
        return True
    at = row.cells[len(header)].at if count > len(header) else row.at
    complaints.add(
        at,
        f"a row of {_count(count)} under a header of {_count(len(header))}; "
        "put a cell that holds a separator in quotes",
    )
    return False


def _count(number: int) -> str:
    return f"{number} cell" + "s" * (number != 1)


def _add(customers: Customers, row: Row, header: Sequence[str], complaints: Complaints) -> None:
    tenant = Table()
    for key, cell in zip(header, row.cells or (), strict=True):
        if trouble := _cell_trouble(cell.text):
            complaints.add(cell.at, trouble)
            customers.broken.append((len(customers.rows), key))
        elif not cell.text and key not in MUST_HAVE:
            continue
        tenant[key] = _value(key, cell)
        tenant.where[key] = cell.at
    customers.rows.append(tenant)
    customers.rows.where.append(row.at)


def _cell_trouble(text: str) -> str:
    """What is wrong with a cell in any column; it is not repeated."""
    if holds_secret(text):
        return (
            f"a cell that looks like a secret ({MASKED}); take it out, renew it, "
            "and refer to it under identities: in the main file"
        )
    if text.startswith(FORMULA):
        return f'a cell that begins with "{text[0]}" is a formula to a spreadsheet; write it anew'
    return ""


def _value(key: str, cell: Cell) -> Node:
    if key not in LISTS:
        return cell.text or Plain("", "null")
    items = Items()
    column = cell.at
    for part in cell.text.split(SPLIT):
        items.append(part.strip())
        items.where.append(column + len(part) - len(part.lstrip()))
        column += len(part) + len(SPLIT)
    return items
