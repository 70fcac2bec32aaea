"""Reader of customer lists: the tenants in an export of Partner Center or a similar table.

Columns are recognized by their headings, in any order. A list without headings, with one tenant
per line, is read as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from reconciler.config.checks.names import folded
from reconciler.config.model.fields import Tenant
from reconciler.config.reading import csv_reader, files
from reconciler.config.reading.csv_reader import CsvCell, CsvRow, unprotected, without_invisible
from reconciler.config.reading.customer_columns import Columns, Undecided, choose, is_partners
from reconciler.config.reading.diagnostics import Diagnostics, location, quoted
from reconciler.config.reading.secret_patterns import SECRET_CELL, holds_secret
from reconciler.config.writing.labels import clean_name
from reconciler.core.customers.discovery import Customer, distinct
from reconciler.core.errors import WrongUsage

MOST_NAMED = 10
"""Customers that a warning names."""

TAG_SEPARATORS = str.maketrans(",|", ";;")

_TENANT: TypeAdapter[str] = TypeAdapter(Tenant)


@dataclass(frozen=True, slots=True)
class Listed:
    """A customer of a list, with the first row that names it."""

    customer: Customer
    row: CsvRow


@dataclass(frozen=True, slots=True)
class CustomerList:
    """The customers of a list, each once, in order.

    rows     the number of rows with a tenant
    joined   the names of customers with several rows
    skipped  the headings of unused columns
    is_ours  whether it is an inventory or a plan of this program
    """

    listed: tuple[Listed, ...]
    rows: int
    joined: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    is_ours: bool = False

    @property
    def customers(self) -> tuple[Customer, ...]:
        return tuple(each.customer for each in self.listed)

    @property
    def warning(self) -> str:
        """The warning that several rows name the same customer; empty if none do."""
        if not self.joined:
            return ""
        count = len(self.listed)
        shown = ", ".join(self.joined[:MOST_NAMED])
        more = len(self.joined) - MOST_NAMED
        return (
            f"{self.rows} rows became {count} tenant{'s' * (count != 1)}: several rows name "
            f"{shown}{f' and {more} more' if more > 0 else ''}"
        )


def read(path: Path) -> CustomerList:
    """The tenants of a list, each once, in order.

    :raises BadFile: with all errors of the list.
    """
    complaints = Diagnostics()
    file = complaints.file(path)
    data = files.fetch(path)
    if isinstance(data, str):
        complaints.add(location(file, 0, 0), data.partition(";")[0])
        raise complaints.error()
    text = files.decode(data, file, complaints, is_table=True)
    rows = csv_reader.read(text, file, complaints) if text is not None else []
    found = customers_of(rows, complaints)
    if not found.listed and not complaints:
        complaints.add(location(file, 0, 0), "no tenants are listed; write one per row")
    if complaints:
        raise complaints.error()
    return found


def named(tenants: Sequence[str]) -> tuple[Customer, ...]:
    """The tenants of `--tenants`, separated by commas or repeated, each once, in order.

    :raises WrongUsage: with all errors.
    """
    texts = [part.strip() for text in tenants for part in text.split(",") if part.strip()]
    if not tenants:
        return ()
    errors = [f"--tenants: {failure}" for text in texts if (failure := _failure(text))]
    if errors or not texts:
        raise WrongUsage("\n".join(errors) or "--tenants: give a tenant's GUID or verified domain")
    return distinct([Customer("", _TENANT.validate_python(text)) for text in texts])


def listed_online(customers: Sequence[Customer]) -> CustomerList:
    """The customers that a service listed, each once, in order, with names that a file can hold."""
    row = CsvRow(None, location(0, 0, 0))
    return _distinct([Listed(replace(c, name=clean_name(c.name)), row) for c in customers], ())


def tenant_of(text: str) -> str | None:
    """A tenant's GUID or domain in lower case; None for any other text."""
    return None if _failure(text) else _TENANT.validate_python(text)


def customers_of(rows: Sequence[CsvRow], complaints: Diagnostics) -> CustomerList:
    """The customers of a table with or without headings."""
    if not rows or rows[0].cells is None:
        return CustomerList((), 0)
    header = rows[0].cells
    headings = [without_invisible(cell.text) for cell in header]
    sound_rows = [row for row in rows[1:] if row.cells]
    try:
        columns = choose(
            headings, [[plain(cell.text) for cell in row.cells or ()] for row in sound_rows]
        )
    except Undecided as undecided:
        complaints.add(rows[0].at, _undecided(headings, undecided.args[0]))
        return CustomerList((), 0)
    if columns is None:
        if failure := _no_column(header, headings):
            complaints.add(rows[0].at, failure)
            return CustomerList((), 0)
        columns, sound_rows = Columns((0,)), [rows[0], *sound_rows]
    heading = [cell.text for cell in header]
    named = [
        Listed(customer, row)
        for row in sound_rows
        # Exports that were joined repeat the heading.
        if row is rows[0] or [cell.text for cell in row.cells or ()] != heading
        if (customer := _customer(row, columns, complaints))
    ]
    skipped = [h for number, h in enumerate(headings) if number not in columns.used and h]
    return replace(_distinct(named, tuple(skipped)), is_ours=columns.is_ours)


def _no_column(header: Sequence[CsvCell], headings: Sequence[str]) -> str:
    """The message if the first row is neither a heading with a tenant nor a tenant; or nothing."""
    filled = [cell.text for cell in header if cell.text]
    if len(filled) == 1 and not _failure(plain(filled[0])):
        return ""
    names = ", ".join(quoted(cell.text) for cell in header)
    partners = [quoted(heading) for heading in headings if is_partners(heading)]
    hint = f" ({', '.join(partners)} is the partner's own tenant)" if partners else ""
    return (
        f"no column has the tenants: the first row is {names}{hint}; "
        'name one "Customer tenant ID", "Microsoft ID", "tenant" or "domain"'
    )


def _undecided(headings: Sequence[str], numbers: Sequence[int]) -> str:
    columns = " and ".join(f"{quoted(headings[n])} (column {n + 1})" for n in numbers)
    return (
        f"several columns could name the customer's tenant: {columns}; "
        'rename the right one to "Customer tenant ID", or remove the others'
    )


def _customer(row: CsvRow, columns: Columns, complaints: Diagnostics) -> Customer | None:
    """The customer of a row, by its first tenant column that is filled."""
    given = [cell for number in columns.tenants if (cell := _cell(row, number)).text]
    if not given:
        complaints.add(row.at, "this row has no tenant; give its GUID or a verified domain")
        return None
    first = given[0]
    if failure := _failure(plain(first.text)):
        complaints.add(first.at, failure)
        return None
    others = [plain(cell.text) for cell in given[1:]]
    others += [plain(_cell(row, number).text) for number in columns.domains]
    domains = [_TENANT.validate_python(text) for text in others if text and not _failure(text)]
    directory = _TENANT.validate_python(plain(first.text))
    for cell in (_cell(row, columns.name), _cell(row, columns.tags)):
        if holds_secret(cell.text):
            complaints.add(cell.at, SECRET_CELL)
            return None
    name = _unescaped(_cell(row, columns.name).text)
    tags = _tags(_cell(row, columns.tags).text, columns)
    return Customer(clean_name(name), directory, tuple(dict.fromkeys(domains)), tags)


def _tags(text: str, columns: Columns) -> tuple[str, ...]:
    parts = text.split() if columns.is_ours else text.translate(TAG_SEPARATORS).split(";")
    return tuple({folded(tag): tag for part in parts if (tag := clean_name(part))}.values())


def _cell(row: CsvRow, number: int | None) -> CsvCell:
    found = row.cells or []
    if number is None or number >= len(found):
        return CsvCell("", row.at)
    return found[number]


def _distinct(named: Sequence[Listed], skipped: tuple[str, ...]) -> CustomerList:
    """Each tenant once. A domain next to several GUIDs belongs to none of them."""
    owners: dict[str, set[str]] = {}
    for each in named:
        for domain in each.customer.domains:
            owners.setdefault(domain, set()).add(each.customer.directory)
    customers = [
        replace(c, domains=tuple(d for d in c.domains if len(owners[d]) == 1))
        for c in (each.customer for each in named)
    ]
    kept = distinct(customers)
    numbers = {name: number for number, customer in enumerate(kept) for name in customer.names}
    of_customer: list[list[CsvRow]] = [[] for _ in kept]
    for customer, each in zip(customers, named, strict=True):
        of_customer[numbers[customer.directory]].append(each.row)
    joined = tuple(
        c.name or c.directory for c, own in zip(kept, of_customer, strict=True) if len(own) > 1
    )
    listed = tuple(Listed(c, own[0]) for c, own in zip(kept, of_customer, strict=True))
    return CustomerList(listed, len(named), joined, skipped)


def plain(text: str) -> str:
    """A GUID or domain without the spaces, braces and quotes that a list may put around it."""
    bare = _unescaped(without_invisible(text)).strip("\"'")
    return bare[1:-1].strip() if bare.startswith("{") and bare.endswith("}") else bare


def _unescaped(text: str) -> str:
    """The text of a cell that is protected from being a number or formula: `="1"` or `'=1`."""
    if text.startswith('="') and text.endswith('"'):
        return text[2:-1]
    return unprotected(text)


def _failure(text: str) -> str:
    try:
        _TENANT.validate_python(text)
    except ValidationError as error:
        return f"tenant {quoted(text)} {error.errors()[0]['msg']}"
    return ""
