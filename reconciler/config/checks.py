"""Does the file hold together? What no single field can tell: names, references, contradictions.

Runs on what is left after everything with a complaint of its own was taken out, and is silent
about whatever depends on that: one mistake earns one complaint.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from reconciler.config.complaints import Complaints, did_you_mean, quoted, unprintable
from reconciler.config.damage import Damage
from reconciler.config.links import DEFAULTS, entries
from reconciler.config.nodes import Path, Table, place
from reconciler.config.partners import Partners
from reconciler.config.schema import ANY, Attested, Document, Override, Tenant
from reconciler.core.links import Aim


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that is being checked.

    root    the tree that it was validated from, which knows the places
    damage  what was taken out of that tree
    today   the day (UTC) that the run takes for today
    """

    document: Document
    root: Table
    damage: Damage
    complaints: Complaints
    today: date

    def add(self, path: Path, message: str) -> None:
        self.complaints.add(place(self.root, path), message)

    def where(self, path: Path) -> str:
        return self.complaints.where(place(self.root, path))


def folded(name: str) -> str:
    """The name without its case and width: two that fold alike look alike in a report."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def check_names(draft: Draft) -> None:
    """Every name is a name, and no two of a kind can be taken for each other."""
    document, damage = draft.document, draft.damage
    for section in ("partners", "identities"):
        named = {name: (section, name) for name in getattr(document, section) or {}}
        for name, path in named.items():
            _label(draft, path, name)
        _distinct(draft, list(named.items()))
    names: list[tuple[str, Path]] = [
        (tenant.name, ("tenants", index, "name"))
        for index, tenant in enumerate(document.tenants)
        if not damage.at("tenants", index, "name")
    ]
    _distinct(draft, names)
    if not document.tenants and not damage.at("tenants") and not damage.at("include"):
        draft.add(("tenants",), "there are no tenants; list at least one under tenants:")


def _label(draft: Draft, path: Path, name: str) -> None:
    if char := unprintable(name):
        draft.add(
            path,
            f"name {quoted(name)} holds a control or invisible character "
            f"(U+{ord(char):04X}); remove it",
        )
    elif not name or name != name.strip():
        draft.add(path, f"name {quoted(name)} is empty, or begins or ends with a blank; mend it")
    elif path[0] == "partners" and name.isdigit():
        draft.add(path, f"alias {quoted(name)} looks like a partner ID; give it a word")


def _distinct(draft: Draft, named: list[tuple[str, Path]]) -> None:
    seen: dict[str, tuple[str, Path]] = {}
    for name, path in named:
        first, first_path = seen.setdefault(folded(name), (name, path))
        if first_path == path:
            continue
        where = draft.where(first_path)
        if first == name:
            draft.add(path, f"name {quoted(name)} stands already at {where}; rename one")
        else:
            draft.add(
                path,
                f"name {quoted(name)} differs only by case or width from "
                f"{quoted(first)} at {where}; rename one",
            )


def check_references(draft: Draft) -> None:
    """Every partner and identity that is used is defined."""
    document = draft.document
    partners = Partners.of(document, draft.damage.is_listed)
    defaults = document.defaults
    if defaults.partner:
        _partner(draft, partners, ("defaults", "partner"), defaults.partner)
    for number, override in enumerate(defaults.identities or ()):
        _override(draft, partners, (*DEFAULTS, number), override)
    for index, tenant in enumerate(document.tenants):
        path: Path = ("tenants", index)
        _wishes(draft, partners, path, tenant)
        for number, override in enumerate(tenant.identities or ()):
            _override(draft, partners, (*path, "identities", number), override)
        for number, foreign in enumerate(tenant.replaces or ()):
            if foreign != ANY and not foreign.isdigit():
                _partner(draft, partners, (*path, "replaces", number), foreign)
        if tenant.object_ids:
            _pins(draft, index, tenant.object_ids)


def _override(draft: Draft, partners: Partners, path: Path, override: Override) -> None:
    _wishes(draft, partners, path, override)
    name, known = override.identity, draft.document.identities or {}
    if name not in known and not draft.damage.explains("identities", name):
        near = did_you_mean(name, known) or "add it under identities:"
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
        draft.add(path, trouble)


def _attested_on(draft: Draft, path: Path, attested: Attested) -> None:
    if attested.on > draft.today + timedelta(days=1):
        draft.add(path, f"on {attested.on} is in the future; write the day it was seen")


def _pins(draft: Draft, index: int, object_ids: dict[str, str]) -> None:
    if draft.damage.at("tenants", index, "identities") or draft.damage.at(*DEFAULTS):
        return
    listed = {entry.identity: entry for entry in entries(draft.document, index)}
    pinned: dict[str, str] = {}
    for name, object_id in object_ids.items():
        path = ("tenants", index, "object_ids", name)
        if name not in listed:
            near = did_you_mean(name, listed) or "list it under identities: there"
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


def check_wishes(draft: Draft) -> None:
    """Every link is wanted by somebody, for somebody, and not in two ways at once."""
    document, damage = draft.document, draft.damage
    for index, tenant in enumerate(document.tenants):
        path: Path = ("tenants", index)
        if damage.at(*path):
            continue
        _tags(draft, index, tenant)
        listed = list(entries(document, index))
        if not listed and not _is_lost(damage, index, "identities"):
            draft.add(
                path,
                f"tenant {quoted(tenant.name)} has no identities; list them here or "
                "under defaults:",
            )
        for entry in listed:
            spot = entry.path if entry.is_own else path
            if entry.state is Aim.LINKED:
                if not entry.partner and not _is_lost(damage, index, "partner", "state"):
                    draft.add(
                        spot,
                        f"tenant {quoted(tenant.name)} has no partner; name one here "
                        "or under defaults:",
                    )
            elif entry.attested and not _is_lost(damage, index, "state"):
                draft.add(
                    spot,
                    f"state {entry.state} and attested: contradict each other; keep one of them",
                )


def _is_lost(damage: Damage, index: int, *keys: str) -> bool:
    """Whether one of these was given for the tenant, in any place, and is broken."""
    keys += ("identities",)
    return any(damage.at("tenants", index, key) or damage.at("defaults", key) for key in keys)


def _tags(draft: Draft, index: int, tenant: Tenant) -> None:
    seen: set[str] = set()
    for number, tag in enumerate(tenant.tags or ()):
        if folded(tag) in seen:
            draft.add(
                ("tenants", index, "tags", number), f"tag {quoted(tag)} is listed twice; remove one"
            )
        seen.add(folded(tag))
