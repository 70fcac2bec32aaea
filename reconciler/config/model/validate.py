"""Does each field fit the model? The document, or pydantic's errors, in bounded time and memory.

pydantic takes some 30 µs and 3 kB to describe an error: a long file that is wrong throughout would
take minutes. So tenants are validated in portions, and not all errors of a flood are described.
"""

from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from reconciler.config.model.document import Document, Tenant
from reconciler.config.model.fields import BARE
from reconciler.config.reading.diagnostics import MOST_COMPLAINTS
from reconciler.config.reading.tree import Node, Path, Table

PORTION = 500
"""Tenants that are validated together."""

_TENANTS = TypeAdapter(list[Tenant])


def validate(root: Table) -> Document | list[ErrorDetails]:
    """The document that the tree holds, or what is wrong with its fields.

    Once there are more errors than anybody will be shown, the tenants after them are not looked at.
    """
    errors: list[ErrorDetails] = []
    shell = Document.model_construct()
    try:
        shell = Document.model_validate({key: root[key] for key in root if key != "tenants"})
    except ValidationError as error:
        errors += _described(error, ())
    rows = root.items_at("tenants")
    tenants: list[Tenant] = []
    for start in range(0, len(rows), PORTION):
        if len(errors) > MOST_COMPLAINTS:
            break
        tenants += _portion(rows[start : start + PORTION], start, errors)
    return errors or shell.model_copy(update={"tenants": tenants})


def _portion(rows: Sequence[Node], start: int, errors: list[ErrorDetails]) -> list[Tenant]:
    """The tenants of one portion; if any is broken, none, and `errors` grows."""
    try:
        return _TENANTS.validate_python(rows)
    except ValidationError as error:
        if error.error_count() <= MOST_COMPLAINTS or len(rows) == 1:
            errors += _described(error, ("tenants",), start)
            return []
    for offset in range(len(rows)):
        if len(errors) <= MOST_COMPLAINTS:
            _portion(rows[offset : offset + 1], start + offset, errors)
    return []


def _described(error: ValidationError, base: tuple[str, ...], start: int = 0) -> list[ErrorDetails]:
    """What pydantic says of each error, with the path from the root of the file.

    :param start: the index in the file of the first row that was validated.
    """
    count = error.error_count()
    if count > MOST_COMPLAINTS:
        said = f"{count:,} faults in one place are too many to list; look at it as a whole"
        where: Path = (*base, start) if base else ("version",)
        return [{"type": BARE, "loc": where, "msg": "", "input": None, "ctx": {"said": said}}]
    found = error.errors(include_url=False)
    for item in found:
        row = item["loc"][0]
        if base and isinstance(row, int):
            path: Path = (*base, start + row, *item["loc"][1:])
            item["loc"] = path
    return found
