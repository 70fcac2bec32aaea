"""Is every partner and identity that is used defined, and every pin for somebody who is there?"""

from datetime import timedelta

from reconciler.config.complaints import quoted
from reconciler.config.draft import Draft
from reconciler.config.links import BY_TAG, DEFAULTS, entries
from reconciler.config.nodes import Path
from reconciler.config.partners import Partners
from reconciler.config.schema import ANY, Attested, Defaults, Override, TagDefaults, Tenant

_REMEDIES = {
    True: "add it under partners:",
    False: "copy it from Partner Center, or define it under partners:",
}


def check_references(draft: Draft) -> None:
    """Every partner and identity that is used is defined."""
    path: Path
    document = draft.document
    partners = Partners.of(document, draft.damage.is_listed)
    for alias, partner in (document.partners or {}).items():
        if partner.becomes:
            path = ("partners", alias, "becomes", "partner")
            _partner(draft, partners, path, partner.becomes.partner)
    defaults = document.defaults
    _defaults(draft, partners, DEFAULTS[:1], defaults)
    for tag, tagged in (defaults.by_tag or {}).items():
        _defaults(draft, partners, (*BY_TAG, tag), tagged)
    for index, tenant in enumerate(document.tenants):
        path = ("tenants", index)
        _wishes(draft, partners, path, tenant)
        for number, override in enumerate(tenant.identities or ()):
            _override(draft, partners, (*path, "identities", number), override)
        for number, foreign in enumerate(tenant.replaces or ()):
            if foreign != ANY and not foreign.isdigit():
                _partner(draft, partners, (*path, "replaces", number), foreign)
        if tenant.object_ids:
            _pins(draft, index, tenant.object_ids)


def _defaults(
    draft: Draft, partners: Partners, path: Path, defaults: Defaults | TagDefaults
) -> None:
    if defaults.partner:
        _partner(draft, partners, (*path, "partner"), defaults.partner)
    for number, override in enumerate(defaults.identities or ()):
        _override(draft, partners, (*path, "identities", number), override)


def _override(draft: Draft, partners: Partners, path: Path, override: Override) -> None:
    _wishes(draft, partners, path, override)
    name = override.identity
    is_known = name in (draft.document.identities or {})
    if not is_known and not draft.damage.explains("identities", name):
        near = draft.nearest("identities", name) or "add it under identities:"
        draft.add(path, f"identity {quoted(name)} is not defined; {near}")


def _wishes(draft: Draft, partners: Partners, path: Path, wishes: Tenant | Override) -> None:
    if wishes.partner:
        _partner(draft, partners, (*path, "partner"), wishes.partner)
    if wishes.attested:
        _partner(draft, partners, (*path, "attested", "partner"), wishes.attested.partner)
        _attested_on(draft, (*path, "attested", "on"), wishes.attested)


def _partner(draft: Draft, partners: Partners, path: Path, partner: str) -> None:
    trouble = partners.trouble(partner)
    if trouble and not draft.damage.explains("partners", partner):
        near = draft.nearest("partners", partner) if partners.is_listed else ""
        draft.add(path, f"{trouble}; {near or _REMEDIES[partners.is_listed]}")


def _attested_on(draft: Draft, path: Path, attested: Attested) -> None:
    if attested.on > draft.today + timedelta(days=1):
        draft.add(path, f"on {attested.on} is in the future; write the day it was seen")


def _pins(draft: Draft, index: int, object_ids: dict[str, str]) -> None:
    if draft.damage.at("tenants", index, "identities") or _is_default_lost(draft):
        return
    listed = {entry.identity: entry for entry in entries(draft.document, index)}
    pinned: dict[str, str] = {}
    for name, object_id in object_ids.items():
        path = ("tenants", index, "object_ids", name)
        if name not in listed:
            near = draft.complaints.did_you_mean(name, listed) or "list it under identities: there"
            draft.add(path, f"identity {quoted(name)} is not one of this tenant's; {near}")
        elif listed[name].override.object_id:
            draft.add(path, f"identity {quoted(name)} has an object_id of its own; keep one")
        first = pinned.setdefault(object_id, name)
        if first != name:
            draft.add(
                path,
                f"identities {quoted(first)} and {quoted(name)} have one object ID: "
                "one principal has one link; correct it, or keep one of them",
            )


def _is_default_lost(draft: Draft) -> bool:
    return draft.damage.at(*DEFAULTS) or draft.damage.at(*BY_TAG)
