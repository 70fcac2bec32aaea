"""Which ID does a partner stand for, and which IDs are ours?

An alias or a quoted ID of `partners:`; without `partners:`, any ID that a tenant asks for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.config.complaints import quoted
from reconciler.config.fields import PARTNER_ID
from reconciler.config.schema import Defaults, Document, Override, TagDefaults, Tenant


@dataclass(frozen=True, slots=True)
class Partners:
    """The allow-list of one file.

    by_alias   alias → ID; empty without `partners:`
    names      ID → what Azure may answer as partnerName
    ours       the IDs that may be overwritten or removed everywhere
    is_listed  whether the file has `partners:`, so that only listed IDs may be linked
    """

    by_alias: Mapping[str, str]
    names: Mapping[str, tuple[str, ...]]
    ours: frozenset[str]
    is_listed: bool

    @classmethod
    def of(cls, document: Document, is_listed: bool) -> "Partners":
        listed = document.partners or {}
        names: dict[str, tuple[str, ...]] = {}
        for partner in listed.values():
            if partner.name:
                names[partner.id] = names.get(partner.id, ()) + tuple(partner.name)
        ours = {partner.id for partner in listed.values()}
        if not is_listed:
            ours = {wish for wish in _wishes(document) if PARTNER_ID.fullmatch(wish)}
        aliases = {alias: partner.id for alias, partner in listed.items()}
        return cls(aliases, names, frozenset(ours), is_listed)

    def id_of(self, partner: str) -> str:
        """The ID that an alias or a quoted ID means. Both have been checked."""
        return self.by_alias.get(partner, partner)

    def trouble(self, partner: str) -> str:
        """What is wrong with an alias or ID that may not be linked; empty if it may."""
        is_id = bool(PARTNER_ID.fullmatch(partner))
        if partner in self.by_alias or (is_id and (not self.is_listed or partner in self.ours)):
            return ""
        if is_id:
            return f"partner {quoted(partner)} is not listed"
        if self.is_listed:
            return f"partner {quoted(partner)} is not defined"
        return f"partner {quoted(partner)} is not a partner ID (4 to 10 digits)"


def _wishes(document: Document) -> Iterator[str]:
    """Every partner that the file asks for. Not what it replaces: that is foreign."""
    defaults = document.defaults
    tagged = (defaults.by_tag or {}).values()
    listers: list[Defaults | TagDefaults | Tenant] = [defaults, *tagged, *document.tenants]
    overrides = (override for lister in listers for override in lister.identities or ())
    wishers: list[Defaults | TagDefaults | Tenant | Override] = [*listers, *overrides]
    for wisher in wishers:
        if wisher.partner:
            yield wisher.partner
        attested = getattr(wisher, "attested", None)
        if attested:
            yield attested.partner
