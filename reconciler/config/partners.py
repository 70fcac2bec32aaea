"""Partners: the IDs of aliases, and the IDs that the file may link.

With `partners:`, those are the IDs listed there. Without it, they are the IDs that tenants want.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from reconciler.config.model.document import Defaults, Document, Override, TagDefaults, Tenant
from reconciler.config.model.fields import PARTNER_ID
from reconciler.config.reading.diagnostics import quoted


@dataclass(frozen=True, slots=True)
class Partners:
    """The allow-list of one file.

    by_alias   alias → ID; empty without `partners:`
    names      ID → what Azure may answer as partnerName
    ours       the IDs that may be overwritten or removed everywhere
    is_listed  whether the file has `partners:`, so that only listed IDs may be linked
    becomes    ID → the ID that replaces it, and the first day (UTC)
    """

    by_alias: Mapping[str, str]
    names: Mapping[str, tuple[str, ...]]
    ours: frozenset[str]
    is_listed: bool
    becomes: Mapping[str, tuple[str, date]] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Document, *, is_listed: bool | None = None) -> "Partners":
        """The allow-list of a document.

        is_listed  whether the file has `partners:`, also if no entry of it is valid; by default
                   whether the document has it
        """
        listed = document.partners or {}
        is_listed = document.partners is not None if is_listed is None else is_listed
        names: dict[str, tuple[str, ...]] = {}
        for partner in listed.values():
            if partner.name:
                names[partner.id] = names.get(partner.id, ()) + tuple(partner.name)
        ours = {partner.id for partner in listed.values()}
        if not is_listed:
            ours = {wanted for wanted in _wanted_partners(document) if PARTNER_ID.fullmatch(wanted)}
        aliases = {alias: partner.id for alias, partner in listed.items()}
        becomes = {
            partner.id: (aliases.get(new.partner, new.partner), new.begins)
            for partner in listed.values()
            if (new := partner.becomes)
        }
        return cls(aliases, names, frozenset(ours), is_listed, becomes)

    @property
    def aliases(self) -> dict[str, str]:
        """ID → its first alias."""
        return first_aliases(self.by_alias)

    def id_of(self, partner: str) -> str:
        """The ID of an alias, or the ID itself. Both were checked."""
        return self.by_alias.get(partner, partner)

    def id_on(self, partner: str, day: date) -> str:
        """The wanted ID of this partner on a day (UTC)."""
        current = self.id_of(partner)
        for partner_id, begins in self.successors(partner):
            if day < begins:
                break
            current = partner_id
        return current

    def successors(self, partner: str) -> list[tuple[str, date]]:
        """The IDs that replace it, one after the other, and the first day of each.

        A cycle ends at the first ID that occurs twice.
        """
        current = self.id_of(partner)
        seen, found = {current}, []
        while step := self.becomes.get(current):
            found.append(step)
            current = step[0]
            if current in seen:
                break
            seen.add(current)
        return found

    def failure(self, partner: str) -> str:
        """Why an alias or ID may not be linked; empty if it may."""
        is_id = bool(PARTNER_ID.fullmatch(partner))
        if partner in self.by_alias or (is_id and (not self.is_listed or partner in self.ours)):
            return ""
        if is_id:
            return f"partner {quoted(partner)} is not listed"
        if self.is_listed:
            return f"partner {quoted(partner)} is not defined"
        return f"partner {quoted(partner)} is not a partner ID (4 to 10 digits)"


def first_aliases(by_alias: Mapping[str, str]) -> dict[str, str]:
    """ID → its first alias."""
    return {partner_id: alias for alias, partner_id in reversed([*by_alias.items()])}


def _wanted_partners(document: Document) -> Iterator[str]:
    """Every partner that the file wants. Not those under `replaces`, which are foreign."""
    defaults = document.defaults
    tagged = (defaults.by_tag or {}).values()
    lists: list[Defaults | TagDefaults | Tenant] = [defaults, *tagged, *document.tenants]
    overrides = (override for each in lists for override in each.identities or ())
    entries: list[Defaults | TagDefaults | Tenant | Override] = [*lists, *overrides]
    for entry in entries:
        if entry.partner:
            yield entry.partner
        attested = getattr(entry, "attested", None)
        if attested:
            yield attested.partner
