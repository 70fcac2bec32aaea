"""Checks of references: every partner and identity that is used is defined."""

from datetime import timedelta

from reconciler.config.checks.context import CheckContext
from reconciler.config.model.document import ANY, Attested, Defaults, Override, TagDefaults, Tenant
from reconciler.config.model.identity_fields import PER_TENANT
from reconciler.config.model.run_settings import CustomerSettings
from reconciler.config.partners import Partners
from reconciler.config.precedence import BY_TAG, DEFAULTS, entries
from reconciler.config.reading.diagnostics import quoted
from reconciler.config.reading.tree import Path

_REMEDIES = {
    True: "add it under partners:",
    False: "copy it from Partner Center, or define it under partners:",
}


def check_references(context: CheckContext) -> None:
    """Every partner and identity that is used is defined."""
    path: Path
    document = context.document
    partners = Partners.of(document, is_listed=context.has_partners)
    _check_circles(context, partners)
    _check_rivals(context)
    for alias, partner in (document.partners or {}).items():
        if partner.becomes:
            path = ("partners", alias, "becomes", "partner")
            _partner(context, partners, path, partner.becomes.partner)
    if document.customers:
        _check_customers(context, document.customers)
    defaults = document.defaults
    _defaults(context, partners, DEFAULTS[:1], defaults)
    for tag, tagged in (defaults.by_tag or {}).items():
        _defaults(context, partners, (*BY_TAG, tag), tagged)
    for index, tenant in enumerate(document.tenants):
        path = ("tenants", index)
        _check_settings(context, partners, path, tenant)
        for number, override in enumerate(tenant.identities or ()):
            _override(context, partners, (*path, "identities", number), override)
        for number, foreign in enumerate(tenant.replaces or ()):
            if foreign != ANY and not foreign.isdigit():
                _partner(context, partners, (*path, "replaces", number), foreign)
        if tenant.object_ids:
            _check_object_ids(context, index, tenant.object_ids)


def _defaults(
    context: CheckContext, partners: Partners, path: Path, defaults: Defaults | TagDefaults
) -> None:
    if defaults.partner:
        _partner(context, partners, (*path, "partner"), defaults.partner)
    for number, override in enumerate(defaults.identities or ()):
        _override(context, partners, (*path, "identities", number), override)


def _check_customers(context: CheckContext, customers: CustomerSettings) -> None:
    """The identity is defined, and is the same app in every tenant."""
    path, name = ("customers", "identity"), customers.identity
    _check_identity(context, path, name)
    found = (context.document.identities or {}).get(name)
    if getattr(found, "client_id", None) == PER_TENANT:
        context.add(
            path,
            f"identity {quoted(name)} is another app in each tenant (client_id: per_tenant); name "
            "one that signs in to your own tenant",
        )


def _override(context: CheckContext, partners: Partners, path: Path, override: Override) -> None:
    _check_settings(context, partners, path, override)
    _check_identity(context, path, override.identity)


def _check_identity(context: CheckContext, path: Path, name: str) -> None:
    is_known = name in (context.document.identities or {})
    if not is_known and not context.is_defined("identities", name):
        near = context.nearest("identities", name) or "add it under identities:"
        context.add(path, f"identity {quoted(name)} is not defined; {near}")


def _check_settings(
    context: CheckContext, partners: Partners, path: Path, settings: Tenant | Override
) -> None:
    if settings.partner:
        _partner(context, partners, (*path, "partner"), settings.partner)
    if settings.attested:
        _partner(context, partners, (*path, "attested", "partner"), settings.attested.partner)
        _attested_on(context, (*path, "attested", "on"), settings.attested)


def _partner(context: CheckContext, partners: Partners, path: Path, partner: str) -> None:
    failure = partners.failure(partner)
    if failure and not context.is_defined("partners", partner):
        near = context.nearest("partners", partner) if partners.is_listed else ""
        context.add(path, f"{failure}; {near or _REMEDIES[partners.is_listed]}")


def _attested_on(context: CheckContext, path: Path, attested: Attested) -> None:
    if attested.on > context.today + timedelta(days=1):
        context.add(
            path, f"on {attested.on} is in the future; write the day on which the link was seen"
        )


def _check_object_ids(context: CheckContext, index: int, object_ids: dict[str, str]) -> None:
    if context.is_broken("tenants", index, "identities") or _is_default_lost(context):
        return
    listed = {entry.identity: entry for entry in entries(context.document, index)}
    pinned: dict[str, str] = {}
    for name, object_id in object_ids.items():
        path = ("tenants", index, "object_ids", name)
        if name not in listed:
            near = (
                context.complaints.did_you_mean(name, listed)
                or "list it under the tenant's identities:"
            )
            context.add(path, f"identity {quoted(name)} is not listed for this tenant; {near}")
        elif listed[name].override.object_id:
            context.add(path, f"identity {quoted(name)} has an object_id of its own; keep one")
        first = pinned.setdefault(object_id, name)
        if first != name:
            context.add(
                path,
                f"identities {quoted(first)} and {quoted(name)} have the same object ID: "
                "one principal has one link; correct it, or keep one of them",
            )


def _is_default_lost(context: CheckContext) -> bool:
    return context.is_broken(*DEFAULTS) or context.is_broken(*BY_TAG)


def _check_circles(context: CheckContext, partners: Partners) -> None:
    """Report each circle of becomes: once, at its first partner in the file."""
    reported: set[frozenset[str]] = set()
    for alias, partner in (context.document.partners or {}).items():
        steps = [partner.id, *(partner_id for partner_id, _ in partners.successors(alias))]
        circle = frozenset(steps)
        if steps[-1] != partner.id or len(steps) == 1 or circle in reported:
            continue
        reported.add(circle)
        way = " → ".join(partners.aliases[step] for step in steps)
        context.add(
            ("partners", alias, "becomes"),
            f"becomes: is circular ({way}); remove one of them",
        )


def _check_rivals(context: CheckContext) -> None:
    """One ID under two aliases has one becomes:, because links carry only the ID."""
    first: dict[str, str] = {}
    partners = context.document.partners or {}
    for alias, partner in partners.items():
        before = first.setdefault(partner.id, alias)
        if partner.becomes != partners[before].becomes:
            context.add(
                ("partners", alias),
                f"{quoted(before)} and {quoted(alias)} are both {partner.id}, and what it becomes "
                "differs; make them equal, or keep one of them",
            )
