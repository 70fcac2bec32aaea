"""Reader of included tables: the rows of a CSV file as tenants, each cell with its location.

The model validates the values, as in YAML. This module checks the header, the number of cells, and
cells that no table may have. An export of Partner Center, or a similar list, is read without
changes: unused columns are skipped.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.config.reading import csv_reader
from reconciler.config.reading.csv_reader import CsvCell, CsvRow, unprotected
from reconciler.config.reading.customer_columns import is_known
from reconciler.config.reading.customer_lists import CustomerList, customers_of
from reconciler.config.reading.diagnostics import Diagnostics, Spot, location, nearest, quoted
from reconciler.config.reading.secret_patterns import (
    MASKED,
    SECRET_CELL,
    holds_secret,
    looks_secret,
)
from reconciler.config.reading.tree import Items, Node, Plain, Table
from reconciler.config.writing.labels import labels
from reconciler.core.findings import Finding

MUST_HAVE = ("name", "tenant")
LISTS = ("tags", "identities")
"""Columns whose cells are lists, split at `SPLIT`."""

COLUMNS = (*MUST_HAVE, "key", "partner", "state", *LISTS, "client_id", "expires_on")
"""In the order of the documentation."""

_BESIDE = ("key", "partner", "state", "identities", "client_id", "expires_on")
"""Columns that are read in addition to those of a customer list."""

SPLIT = ";"

FORMULA = ("=", "+", "-", "@")
"""A spreadsheet executes cells that start with one of these."""


@dataclass(slots=True)
class Customers:
    """The tenants of one table.

    rows         in the table's order
    broken       (row, column) of the cells with an error that is reported already
    is_complete  whether every row could be read
    findings     skipped columns and joined rows
    """

    rows: Items = field(default_factory=Items)
    broken: list[tuple[int, str]] = field(default_factory=list)
    is_complete: bool = True
    findings: list[Finding] = field(default_factory=list)


def read(text: str, file: int, complaints: Diagnostics) -> Customers:
    """The customers of a table; `file` is its number in `complaints`."""
    customers = Customers()
    rows = csv_reader.read(text, file, complaints)
    if not rows:
        complaints.add(
            location(file, 0, 0), f"the table is empty; start with {','.join(MUST_HAVE)}"
        )
    if rows and _is_customer_list(rows[0]):
        return _from_customer_list(rows, file, complaints)
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


def is_heading(text: str) -> bool:
    """Whether a cell is a heading of a table of tenants, or similar to one."""
    word = text.strip().strip("\"'").strip().casefold()
    return word in COLUMNS or is_known(word) or nearest(word, MUST_HAVE) != ""


def _is_customer_list(header: CsvRow) -> bool:
    """Whether a table has the headings of a customer list, and not those of `COLUMNS`."""
    headings = [cell.text for cell in header.cells or ()]
    known = {heading.casefold() for heading in headings}
    if known >= set(MUST_HAVE):
        return False
    return any(h.casefold() not in COLUMNS and is_known(h) for h in headings)


def _from_customer_list(rows: Sequence[CsvRow], file: int, complaints: Diagnostics) -> Customers:
    """The customers of a list: name, tenant and tags, and the further columns of `_BESIDE`."""
    before = len(complaints)
    for row in rows:
        for cell in row.cells or ():
            if holds_secret(cell.text):
                complaints.add(cell.at, SECRET_CELL)
    header = rows[0].cells or []
    found = customers_of(rows, complaints)
    further = {
        number: heading
        for number, cell in enumerate(header)
        if (heading := cell.text.casefold()) in _BESIDE and not found.is_ours
    }
    customers = Customers(is_complete=len(complaints) == before)
    customers.findings += _findings(found, further, complaints.where(location(file, 0, 0)))
    names = labels(found.customers)
    for name, each in zip(names, found.listed, strict=True):
        tenant = Table()
        values: dict[str, Node] = {"name": name, "tenant": each.customer.directory}
        if each.customer.tags:
            values["tags"] = _items([(tag, each.row.at) for tag in each.customer.tags])
        locations = dict.fromkeys(values, each.row.at)
        for number, key in further.items():
            beside = (each.row.cells or [])[number : number + 1]
            if beside and beside[0].text:
                values[key], locations[key] = _value(key, beside[0]), beside[0].at
        tenant.update(values)
        tenant.where.update(locations)
        customers.rows.add(tenant, each.row.at)
    return customers


def _findings(found: CustomerList, further: Mapping[int, str], where: str) -> Iterator[Finding]:
    file = where.rpartition(":")[0].rpartition(":")[0]
    if found.warning:
        yield Finding(
            "rows_joined",
            f"{file}: {found.warning}",
            "check that these rows belong to one customer, and not to your own tenant",
        )
    skipped = [
        quoted(heading) for heading in found.skipped if heading.casefold() not in further.values()
    ]
    if skipped:
        yield Finding(
            "columns_skipped",
            f"{file}: unused columns: {', '.join(skipped)}",
            f"no action is needed, unless one of them should be used: {_known()}",
        )


def _header(row: CsvRow, complaints: Diagnostics) -> list[str] | None:
    """The names of the columns; None, with errors, if they are not valid."""
    if row.cells is None:
        return None
    before = len(complaints)
    seen: dict[str, CsvCell] = {}
    for cell in row.cells:
        name = cell.text.casefold()
        if failure := _column_error(cell.text, name, complaints):
            complaints.add(cell.at, failure)
        elif name in seen:
            first = complaints.where(seen[name].at)
            complaints.add(cell.at, f"column {name} is given twice (first at {first}); remove one")
        seen.setdefault(name, cell)
    if len(complaints) == before:
        for name in MUST_HAVE:
            if name not in seen:
                message = f"column {name} is missing; the first row names the columns: {_known()}"
                complaints.add(row.at, message)
    return list(seen) if len(complaints) == before else None


def _column_error(text: str, name: str, complaints: Diagnostics) -> str:
    if name in COLUMNS:
        return ""
    if holds_secret(text) or looks_secret(name):
        shown = MASKED if holds_secret(text) else quoted(text)
        return (
            f"column {shown} looks like it contains secrets, which no table may; remove it, "
            "rotate them, and reference them under identities: in the main file"
        )
    if not text:
        return f"a column without a name; name it or remove it: {_known()}"
    near = complaints.did_you_mean(name, COLUMNS)
    return f"column {quoted(text)} is unknown; {near or f'valid are {_known()}'}"


def _known() -> str:
    return ",".join(COLUMNS)


def _fits(row: CsvRow, header: Sequence[str], complaints: Diagnostics) -> bool:
    """Whether a row has a cell for each column; adds an error if not."""
    if row.cells is None:
        return False
    count = len(row.cells)
    if count == len(header):
        return True
    at = row.cells[len(header)].at if count > len(header) else row.at
    complaints.add(
        at,
        f"the row has {_count(count)}, but the header has {_count(len(header))}; "
        "put a cell that contains a separator in quotes",
    )
    return False


def _count(number: int) -> str:
    return f"{number} cell" + "s" * (number != 1)


def _add(customers: Customers, row: CsvRow, header: Sequence[str], complaints: Diagnostics) -> None:
    tenant = Table()
    for key, cell in zip(header, row.cells or (), strict=True):
        if failure := _cell_error(cell.text):
            complaints.add(cell.at, failure)
            customers.broken.append((len(customers.rows), key))
        elif cell.text or key in MUST_HAVE:
            tenant[key] = _value(key, replace(cell, text=unprotected(cell.text)))
            tenant.where[key] = cell.at
    customers.rows.add(tenant, row.at)


def _cell_error(text: str) -> str:
    """What is wrong with a cell in any column, without its text."""
    if holds_secret(text):
        return SECRET_CELL
    if text.startswith(FORMULA):
        return f'a cell that starts with "{text[0]}" is a formula in a spreadsheet; rewrite it'
    return ""


def _value(key: str, cell: CsvCell) -> Node:
    if key not in LISTS:
        return cell.text or Plain("", "null")
    parts: list[tuple[str, Spot]] = []
    column = cell.at + cell.is_quoted
    for part in cell.text.split(SPLIT):
        parts.append((part.strip(), column + len(part) - len(part.lstrip())))
        column += len(part) + len(SPLIT)
    return _items(parts)


def _items(parts: Sequence[tuple[str, Spot]]) -> Items:
    items = Items()
    for text, at in parts:
        items.add(text, at)
    return items
