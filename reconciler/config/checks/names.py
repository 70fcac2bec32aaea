"""Can any two names be taken for each other? Tenants, identities and partners, each of a kind."""

import unicodedata
from collections.abc import Iterable

from reconciler.config.checks.context import CheckContext
from reconciler.config.reading.diagnostics import HARMLESS, Diagnostics, Spot, quoted
from reconciler.config.reading.tree import Table, place

_UNSEEN = dict.fromkeys(map(ord, HARMLESS))


def folded(name: str) -> str:
    """The name without its case and width: two that fold alike look alike in a report."""
    if name.isascii():
        return name.lower()
    seen = name.translate(_UNSEEN)
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())


def check_labels(root: Table, complaints: Diagnostics) -> None:
    """No two partners, nor two identities, are named alike. Asked of the tree as written."""
    for section in ("partners", "identities"):
        found = root.get(section)
        if isinstance(found, Table):
            _distinct(complaints, found.where.items())


def check_names(context: CheckContext) -> None:
    """There are tenants, and no two of them have names that look alike."""
    document, damage = context.document, context.damage
    _distinct(
        context.complaints,
        (
            (tenant.name, place(context.root, ("tenants", index, "name")))
            for index, tenant in enumerate(document.tenants)
            if not damage.at("tenants", index, "name")
        ),
    )
    if not document.tenants and not damage.at("tenants") and not damage.at("include"):
        context.add(("tenants",), "there are no tenants; list at least one under tenants:")


def _distinct(complaints: Diagnostics, named: Iterable[tuple[str, Spot]]) -> None:
    seen: dict[str, tuple[str, Spot]] = {}
    for name, at in named:
        first, first_at = seen.setdefault(folded(name), (name, at))
        if first_at == at:
            continue
        where = complaints.where(first_at)
        if first == name:
            complaints.add(at, f"name {quoted(name)} stands already at {where}; rename one")
        else:
            complaints.add(
                at,
                f"name {quoted(name)} differs only by case or width from "
                f"{quoted(first)} at {where}; rename one",
            )
