"""Customers of an included table: the rows of a CSV file as tenants, every cell at its place.

What a cell may say is the model's business, as in YAML. Only what concerns tables is asked here:
the header, the number of cells, and cells that have no place in any table. An export of Partner
Center, or a list like it, is read as it is: columns that are not used are skipped.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.config.reading import csv_reader
from reconciler.config.reading.csv_reader import CsvCell, CsvRow
from reconciler.config.reading.customer_columns import is_known
from reconciler.config.reading.customer_lists import CustomerList, customers_of
from reconciler.config.reading.diagnostics import Diagnostics, Spot, location, nearest, quoted
from reconciler.config.reading.secret_patterns import MASKED, holds_secret, looks_secret
from reconciler.config.reading.tree import Items, Node, Plain, Table
from reconciler.config.writing.labels import labels
from reconciler.core.findings import Finding

MUST_HAVE = ("name", "tenant")
LISTS = ("tags", "identities")
"""Columns whose cells are lists, split at `SPLIT`."""

COLUMNS = (*MUST_HAVE, "key", "partner", "state", *LISTS, "client_id", "expires_on")
"""In the order in which the documentation names them."""

_BESIDE = ("key", "partner", "state", "identities", "client_id", "expires_on")
"""Columns of ours that are read beside those of a customer list."""

SPLIT = ";"

FORMULA = ("=", "+", "-", "@")
"""A spreadsheet runs what begins so."""


@dataclass(slots=True)
class Customers:
    """The tenants of one table.

    rows         in the table's order
    broken       (row, column) of the cells that have their complaint already
    is_complete  whether every row could be read
    findings     what should be looked at: columns that were skipped, rows that were joined
    """

    rows: Items = field(default_factory=Items)
    broken: list[tuple[int, str]] = field(default_factory=list)
    is_complete: bool = True
    findings: list[Finding] = field(default_factory=list)


def read(text: str, file: int, complaints: Diagnostics) -> Customers:
    """The customers of a table; `file` is the number that `complaints` gave it."""
    customers = Customers()
    rows = csv_reader.read(text, file, complaints)
    if not rows:
        complaints.add(
            location(file, 0, 0), f"the table is empty; begin with {','.join(MUST_HAVE)}"
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
    """Whether a cell is a heading of a table of tenants, or was meant to be one."""
    word = text.strip().strip("\"'").strip().casefold()
    return word in COLUMNS or is_known(word) or nearest(word, MUST_HAVE) != ""


def _is_customer_list(header: CsvRow) -> bool:
    """Whether a table has the headings of a customer list, and not those of a table of ours."""
    headings = [cell.text for cell in header.cells or ()]
    known = {heading.casefold() for heading in headings}
    if known >= set(MUST_HAVE):
        return False
    return any(h.casefold() not in COLUMNS and is_known(h) for h in headings)


def _from_customer_list(rows: Sequence[CsvRow], file: int, complaints: Diagnostics) -> Customers:
    """The customers of a list, each with its name, its tenant, and columns of ours beside them."""
    before = len(complaints)
    for row in rows:
        for cell in row.cells or ():
            if holds_secret(cell.text):
                complaints.add(cell.at, _cell_trouble(cell.text))
    header = rows[0].cells or []
    found = customers_of(rows, complaints)
    ours = {
        number: heading
        for number, cell in enumerate(header)
        if (heading := cell.text.casefold()) in _BESIDE and not found.is_ours
    }
    customers = Customers(is_complete=len(complaints) == before)
    customers.findings += _findings(found, ours, complaints.where(location(file, 0, 0)))
    names = labels(found.customers)
    for name, each in zip(names, found.listed, strict=True):
        tenant = Table()
        values: dict[str, Node] = {"name": name, "tenant": each.customer.directory}
        if each.customer.tags:
            values["tags"] = _items([(tag, each.row.at) for tag in each.customer.tags])
        locations = dict.fromkeys(values, each.row.at)
        for number, key in ours.items():
            beside = (each.row.cells or [])[number : number + 1]
            if beside and beside[0].text:
                values[key], locations[key] = _value(key, beside[0]), beside[0].at
        tenant.update(values)
        tenant.where.update(locations)
        customers.rows.append(tenant)
        customers.rows.where.append(each.row.at)
    return customers


def _findings(found: CustomerList, ours: Mapping[int, str], where: str) -> Iterator[Finding]:
    file = where.rpartition(":")[0].rpartition(":")[0]
    if found.warning:
        yield Finding(
            "rows_joined",
            f"{file}: {found.warning}",
            "check that these rows are of one customer, and not of your own tenant",
        )
    skipped = [
        quoted(heading) for heading in found.skipped if heading.casefold() not in ours.values()
    ]
    if skipped:
        yield Finding(
            "columns_skipped",
            f"{file}: columns that are not used: {', '.join(skipped)}",
            f"no action is needed, unless one should have been used: {_known()}",
        )


def _header(row: CsvRow, complaints: Diagnostics) -> list[str] | None:
    """The names of the columns; None, with complaints, if they are no good."""
    if row.cells is None:
        return None
    before = len(complaints)
    seen: dict[str, CsvCell] = {}
    for cell in row.cells:
        name = cell.text.casefold()
        if failure := _column_trouble(cell.text, name, complaints):
            complaints.add(cell.at, failure)
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


def _column_trouble(text: str, name: str, complaints: Diagnostics) -> str:
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
    near = complaints.did_you_mean(name, COLUMNS)
    return f"column {quoted(text)} is unknown; {near or f'known are {_known()}'}"


def _known() -> str:
    return ",".join(COLUMNS)


def _fits(row: CsvRow, header: Sequence[str], complaints: Diagnostics) -> bool:
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


def _add(customers: Customers, row: CsvRow, header: Sequence[str], complaints: Diagnostics) -> None:
    tenant = Table()
    for key, cell in zip(header, row.cells or (), strict=True):
        if failure := _cell_trouble(cell.text):
            complaints.add(cell.at, failure)
            customers.broken.append((len(customers.rows), key))
        elif cell.text or key in MUST_HAVE:
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


def _value(key: str, cell: CsvCell) -> Node:
    if key not in LISTS:
        return cell.text or Plain("", "null")
    parts: list[tuple[str, Spot]] = []
    column = cell.at
    for part in cell.text.split(SPLIT):
        parts.append((part.strip(), column + len(part) - len(part.lstrip())))
        column += len(part) + len(SPLIT)
    return _items(parts)


def _items(parts: Sequence[tuple[str, Spot]]) -> Items:
    items = Items()
    for text, at in parts:
        items.append(text)
        items.where.append(at)
    return items
