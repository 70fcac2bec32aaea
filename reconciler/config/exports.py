"""Which tenants does an exported list name? Partner Center's customers, or any table like it.

The columns are known by their names and may stand in any order; others are not looked at. A list
without a header, one tenant a line, is good too.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from reconciler.config import cells, files
from reconciler.config.cells import Cell, Row
from reconciler.config.complaints import Complaints, quoted, spot
from reconciler.config.fields import Tenant
from reconciler.config.labels import sound
from reconciler.config.names import folded
from reconciler.core.discovery import Customer, distinct
from reconciler.core.errors import BadFile

GUIDS = ("microsoft id", "tenant", "tenant id", "customer id", "customer tenant id")
DOMAINS = ("primary domain name", "primary domain", "domain", "domain name", "default domain")
NAMES = ("company name", "name", "display name", "customer", "customer name")
TAGS = ("tags", "tag")
"""What each column is called: first as in the export of Partner Center, then elsewhere."""

TAG_SEPARATORS = str.maketrans(",|", ";;")

_TENANT: TypeAdapter[str] = TypeAdapter(Tenant)


def read(path: Path) -> tuple[Customer, ...]:
    """The tenants of a list, each once, in order.

    :raises BadFile: with every complaint, when there is any.
    """
    complaints = Complaints()
    file = complaints.file(path)
    data = files.fetch(path)
    if isinstance(data, str):
        complaints.add(spot(file, 0, 0), data.partition(";")[0])
        raise complaints.error()
    text = files.decode(data, file, complaints)
    rows = cells.read(text, file, complaints) if text is not None else []
    customers = _customers(rows, complaints)
    if not customers and not complaints:
        complaints.add(spot(file, 0, 0), "no tenants are listed; name each in a row of its own")
    if complaints:
        raise complaints.error()
    return distinct(customers)


def named(tenants: Sequence[str]) -> tuple[Customer, ...]:
    """The tenants that a command line names, each once, in order; commas part them too.

    :raises BadFile: with every complaint, when there is any.
    """
    texts = [part.strip() for text in tenants for part in text.split(",") if part.strip()]
    if not tenants:
        return ()
    troubles = [f"--tenants: {trouble}" for text in texts if (trouble := _trouble(text))]
    if troubles or not texts:
        raise BadFile(*troubles or ("--tenants: name a tenant's GUID or verified domain",))
    return distinct([Customer("", _TENANT.validate_python(text)) for text in texts])


def tenant_of(text: str) -> str | None:
    """A tenant's GUID or domain in lower case; None for any other text."""
    return None if _trouble(text) else _TENANT.validate_python(text)


def _customers(rows: Sequence[Row], complaints: Complaints) -> list[Customer]:
    if not rows or rows[0].cells is None:
        return []
    header = rows[0].cells
    columns = {_folded(cell.text): number for number, cell in reversed([*enumerate(header)])}
    guid, domain = _column(columns, GUIDS), _column(columns, DOMAINS)
    if guid is None and domain is None:
        if len(header) > 1 or _trouble(header[0].text):
            names = ", ".join(quoted(cell.text) for cell in header)
            complaints.add(
                rows[0].at,
                f"no column names the tenants: the first row has {names}; "
                'name one "Microsoft ID", "tenant" or "domain"',
            )
            return []
        return [c for row in rows if row.cells and (c := _customer(row.cells[:1], complaints))]
    return [
        customer
        for row in rows[1:]
        if row.cells and (customer := _from_row(row, columns, complaints))
    ]


def _from_row(row: Row, columns: Mapping[str, int], complaints: Complaints) -> Customer | None:
    """The tenant of a row: by its GUID, or by its domain where it has none."""

    def cell(known: Sequence[str]) -> Cell:
        number = _column(columns, known)
        row_cells = row.cells or []
        is_there = number is not None and number < len(row_cells)
        return row_cells[number] if is_there else Cell("", row.at)  # type: ignore[index]

    given = [found for found in (cell(GUIDS), cell(DOMAINS)) if found.text]
    if not given:
        complaints.add(row.at, "this row names no tenant; give its GUID or a verified domain")
    tags = cell(TAGS).text.translate(TAG_SEPARATORS).split(";")
    return _customer(given, complaints, sound(cell(NAMES).text), tags)


def _customer(
    given: Sequence[Cell], complaints: Complaints, name: str = "", tags: Sequence[str] = ()
) -> Customer | None:
    if not given:
        return None
    first, *others = given
    if trouble := _trouble(first.text):
        complaints.add(first.at, trouble)
        return None
    directory, *domains = (
        _TENANT.validate_python(cell.text) for cell in (first, *others) if not _trouble(cell.text)
    )
    sound_tags = {folded(tag): tag for text in tags if (tag := sound(text))}
    return Customer(name, directory, tuple(domains), tuple(sound_tags.values()))


def _trouble(text: str) -> str:
    try:
        _TENANT.validate_python(text)
    except ValidationError as error:
        return f"tenant {quoted(text)} {error.errors()[0]['msg']}"
    return ""


def _column(columns: Mapping[str, int], known: Sequence[str]) -> int | None:
    return next((columns[name] for name in known if name in columns), None)


def _folded(name: str) -> str:
    """A column's name, however it is written: `Microsoft ID`, `microsoft_id`, `MicrosoftId`."""
    words = re.sub("([a-z])([A-Z])", r"\1 \2", name)
    return " ".join(re.split("[ _-]+", words.strip())).casefold()
