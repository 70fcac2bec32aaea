"""Checks of names and tags: no two are alike, and each tag means one thing."""

import unicodedata
from collections.abc import Iterable

from reconciler.config.checks.context import CheckContext
from reconciler.config.model.document import TagDefaults
from reconciler.config.precedence import BY_TAG, PlacedValue, TenantEntry
from reconciler.config.reading.diagnostics import HARMLESS, Spot, quoted
from reconciler.config.reading.tree import Table, place

_UNSEEN = dict.fromkeys(map(ord, HARMLESS))


def folded(name: str) -> str:
    """The name without its case and width: two names that fold alike look alike in a report."""
    if name.isascii():
        return name.lower()
    seen = name.translate(_UNSEEN)
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())


def check_names(context: CheckContext) -> None:
    """No two partners, identities or tenants have names that look alike. There are tenants."""
    for section in ("partners", "identities"):
        found = context.root.get(section)
        if isinstance(found, Table):
            _check_distinct(context, found.where.items())
    tenants = context.document.tenants
    _check_distinct(
        context,
        (
            (tenant.name, place(context.root, ("tenants", index, "name")))
            for index, tenant in enumerate(tenants)
            if not context.is_broken("tenants", index, "name")
        ),
    )
    if not tenants and not context.is_broken("tenants") and not context.is_broken("include"):
        context.add(("tenants",), "there are no tenants; list at least one under tenants:")


def _check_distinct(context: CheckContext, named: Iterable[tuple[str, Spot]]) -> None:
    seen: dict[str, tuple[str, Spot]] = {}
    for name, at in named:
        first, first_at = seen.setdefault(folded(name), (name, at))
        if first_at == at:
            continue
        where = context.complaints.where(first_at)
        if first == name:
            message = f"name {quoted(name)} is already used at {where}; rename one"
        else:
            message = (
                f"name {quoted(name)} differs only by case or width from "
                f"{quoted(first)} at {where}; rename one"
            )
        context.complaints.add(at, message)


def check_tags(context: CheckContext) -> None:
    """No tenant has a tag twice, or tags with different defaults. Every default has a tenant."""
    for index in range(len(context.document.tenants)):
        if not context.is_broken("tenants", index, "tags"):
            _check_listed_once(context, index)
            _check_agreement(context, index)
    _check_used(context)


def _check_listed_once(context: CheckContext, index: int) -> None:
    seen: set[str] = set()
    for number, tag in enumerate(context.document.tenants[index].tags or ()):
        if folded(tag) in seen:
            path = ("tenants", index, "tags", number)
            context.add(path, f"tag {quoted(tag)} is listed twice; remove one")
        seen.add(folded(tag))


def _check_agreement(context: CheckContext, index: int) -> None:
    """The tags of a tenant give the same defaults, except for what the tenant sets itself."""
    customer = TenantEntry(context.document, index)
    for key in TagDefaults.model_fields:
        given = customer.by_tag(key)
        other = next((found for found in given if found.value != given[0].value), None)
        is_open = customer.find(key) in given and not context.is_broken("tenants", index, key)
        if other and is_open:
            context.add(
                ("tenants", index, "tags"),
                f"tags {_tag(context, given[0])} and {_tag(context, other)} give different {key} "
                f"to {context.tenant(index)}; remove one, or set {key}: there",
            )


def _tag(context: CheckContext, found: PlacedValue) -> str:
    path = found.path or ()
    return f"{quoted(str(path[len(BY_TAG)]))} ({context.where(path)})"


def _check_used(context: CheckContext) -> None:
    tenants = context.document.tenants
    if context.is_broken("include") or any(
        context.is_broken("tenants", index, "tags") for index in range(len(tenants))
    ):
        return  # a tenant with the tag may be what is broken
    tags = {tag for tenant in tenants for tag in tenant.tags or ()}
    for tag in context.document.defaults.by_tag or ():
        if tag not in tags:
            near = (
                context.complaints.did_you_mean(tag, tags)
                or "add it to a tenant, or remove it here"
            )
            context.add((*BY_TAG, tag), f"tag {quoted(tag)} is on no tenant; {near}")
