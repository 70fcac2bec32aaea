"""Validation of the file's tree part by part: the valid parts as a document, and all errors.

pydantic takes some 30 µs and 3 kB to describe an error, so tenants are validated in portions and
not every error of a flood is described.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from reconciler.config.model.document import (
    Defaults,
    Document,
    Override,
    TagDefaults,
    Tenant,
)
from reconciler.config.model.fields import BARE
from reconciler.config.model.identities import Part
from reconciler.config.model.partners import Partner
from reconciler.config.reading.diagnostics import MOST_COMPLAINTS
from reconciler.config.reading.tree import Items, Node, Path, Table

PartT = TypeVar("PartT", bound=Part)

PORTION = 500
"""Tenants that are validated together."""

_TENANTS = TypeAdapter(list[Tenant])
_COLLECTIONS: Mapping[tuple[type[Part], str], type[Part] | None] = {
    (Document, "partners"): Partner,
    (Document, "identities"): None,
    (Defaults, "identities"): Override,
    (Defaults, "by_tag"): TagDefaults,
    (TagDefaults, "identities"): Override,
    (Tenant, "identities"): Override,
    (Tenant, "tags"): None,
    (Tenant, "covers"): None,
    (Tenant, "replaces"): None,
    (Tenant, "object_ids"): None,
}
"""Fields whose entries are validated one by one. An entry with a class keeps its valid fields."""


@dataclass(frozen=True, slots=True)
class Validated:
    """The valid parts of the file.

    document  without the fields that are broken; the name and tenant of a tenant are then empty
    root      the tree of that document
    errors    what pydantic found wrong, each with its path from the root of the original tree
    """

    document: Document
    root: Table
    errors: list[ErrorDetails]


def validate(root: Table) -> Validated:
    """Validate every part of the file by itself.

    After `MOST_COMPLAINTS` errors the remaining tenants are not validated.
    """
    errors: list[ErrorDetails] = []
    sections = root.copied()
    sections.pop("tenants", None)
    try:
        document = Document.model_validate(sections)
    except ValidationError as error:
        errors += _described(error, ())
        document, sections = _valid_fields(Document, sections)
    rows = root.items_at("tenants")
    tenants: list[Tenant] = []
    nodes = Items()
    nodes.where = rows.where
    for start in range(0, len(rows), PORTION):
        if len(errors) > MOST_COMPLAINTS:
            break
        for tenant, node in _portion(rows[start : start + PORTION], start, errors):
            tenants.append(tenant)
            nodes.append(node)
    tree = root.copied()
    if "defaults" in sections:
        tree["defaults"] = sections["defaults"]
    tree["tenants"] = nodes
    return Validated(document.model_copy(update={"tenants": tenants}), tree, errors)


def _portion(
    rows: Sequence[Node], start: int, errors: list[ErrorDetails]
) -> Iterator[tuple[Tenant, Node]]:
    """The tenants of one portion, each with its tree; `errors` grows by what is wrong with them."""
    try:
        yield from zip(_TENANTS.validate_python(rows), rows, strict=True)
        return
    except ValidationError as error:
        if len(rows) == 1:
            errors += _described(error, ("tenants",), start)
            node = rows[0] if isinstance(rows[0], Table) else Table()
            yield _valid_fields(Tenant, node)
            return
    for offset in range(len(rows)):
        if len(errors) <= MOST_COMPLAINTS:
            yield from _portion(rows[offset : offset + 1], start + offset, errors)


def _described(error: ValidationError, base: tuple[str, ...], start: int = 0) -> list[ErrorDetails]:
    """What pydantic says of each error, with the path from the root of the file.

    :param start: the index in the file of the first row that was validated.
    """
    count = error.error_count()
    if count > MOST_COMPLAINTS:
        message = f"{count:,} errors in one place are too many to list; check the whole place"
        where: Path = (*base, start) if base else ("version",)
        return [{"type": BARE, "loc": where, "msg": "", "input": None, "ctx": {"message": message}}]
    found = error.errors(include_url=False)
    for item in found:
        row = item["loc"][0]
        if base and isinstance(row, int):
            path: Path = (*base, start + row, *item["loc"][1:])
            item["loc"] = path
    return found


def _valid_fields(model: type[PartT], node: Table) -> tuple[PartT, Table]:
    """A part with those of its fields that are valid, and its tree without their broken items."""
    values: dict[str, Any] = {"name": "", "tenant": ""} if model is Tenant else {}
    kept = node.copied()
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key not in node:
            continue
        item = node[key]
        try:
            values[key] = _adapter(model, name).validate_python(item)
        except ValidationError:
            if model is Document and name == "defaults" and isinstance(item, Table):
                values[key], kept[key] = _valid_fields(Defaults, item)
            elif (model, name) in _COLLECTIONS:
                values[key], kept[key] = _valid_entries(model, name, item)
    return model.model_construct(**values), kept


def _valid_entries(model: type[Part], name: str, node: Node) -> tuple[Any, Node]:
    """The valid entries of a list or mapping, and its tree; None if no entry is valid."""
    adapter, part = _adapter(model, name), _COLLECTIONS[model, name]
    if isinstance(node, Items):
        items, kept_items = [], Items()
        for item, at in zip(node, node.where, strict=True):
            if entry := _valid_entry(adapter, [item], 0, part):
                items.append(entry[0])
                kept_items.add(entry[1], at)
        return items or None, kept_items
    values, kept = {}, node.copied() if isinstance(node, Table) else Table()
    for key, item in list(kept.items()):
        if entry := _valid_entry(adapter, {key: item}, key, part):
            values[key], kept[key] = entry
    return values or None, kept


def _valid_entry(
    adapter: TypeAdapter[Any], entry: Any, key: Any, part: type[Part] | None
) -> tuple[Any, Node] | None:
    """An entry that is valid by itself, or else its valid fields, with its tree."""
    try:
        return adapter.validate_python(entry)[key], entry[key]
    except ValidationError:
        if part is None or not isinstance(entry[key], Table):
            return None
    found, kept = _valid_fields(part, entry[key])
    is_whole = all(hasattr(found, name) for name in part.model_fields)
    return (found, kept) if is_whole else None


@cache
def _adapter(model: type[Part], name: str) -> TypeAdapter[Any]:
    """The validator of one field."""
    field = model.model_fields[name]
    kind: Any = field.annotation
    for check in field.metadata:
        kind = Annotated[kind, check]
    return TypeAdapter(kind)
