"""The wanted links of a valid document on one day, as the core's values."""

from collections.abc import Iterator
from datetime import date

from reconciler.config.model.document import ANY, Document, Tenant
from reconciler.config.partners import Partners
from reconciler.config.per_tenant_apps import app_of
from reconciler.config.precedence import LinkEntry, entries
from reconciler.core.links import Action, Place, Settled, Wanted, WantedState
from reconciler.core.network.environments import environment_host


def wanted(document: Document, partners: Partners, today: date) -> Iterator[Wanted]:
    """Every wanted link, in the order of the file."""
    shared: dict[frozenset[str] | None, frozenset[str] | None] = {}
    names = [tenant.name for tenant in document.tenants]
    for index, tenant in enumerate(document.tenants):
        replaceable = _replaceable(tenant, partners)
        replaceable = shared.setdefault(replaceable, replaceable)
        tags = tuple(tenant.tags or ())
        covers = tuple(map(names.__getitem__, document.coverage.get(index, ())))
        for entry in entries(document, index):
            state = entry.state_on(today).value
            is_linked = state is WantedState.LINKED
            partner = partners.id_on(entry.partner, today) if is_linked and entry.partner else None
            yield Wanted(
                place=place_of(entry),
                state=state,
                partner_id=partner,
                replaceable=replaceable,
                tags=tags,
                covers=covers,
                settled=_settled(entry, partners, today),
                workload=entry.customer.workload,
                environments=_environments(tenant, document.cloud),
            )


def place_of(entry: LinkEntry) -> Place:
    """The tenant and the identity of a link, and the customer's own app if it has one."""
    tenant = entry.tenant
    return Place(tenant.name, tenant.tenant, entry.identity, entry.pin.value, app_of(entry))


def _replaceable(tenant: Tenant, partners: Partners) -> frozenset[str] | None:
    if not tenant.replaces:
        return partners.ours
    if ANY in tenant.replaces:
        return None
    return partners.ours | {partners.id_of(foreign) for foreign in tenant.replaces}


def _environments(tenant: Tenant, cloud: str) -> tuple[str, ...]:
    """The hosts of its environments; those of another cloud are reported and left out."""
    if not tenant.environments:
        return ()
    return tuple(host for url in tenant.environments if (host := environment_host(url, cloud)))


def _settled(entry: LinkEntry, partners: Partners, today: date) -> Settled | None:
    """A decision of the file. `attested` wins over `hold`, because an attested link is not read."""
    if attested := entry.attested:
        partner = partners.id_of(attested.partner)
        reason = f"{attested.by} saw it linked to {partner} on {attested.on}"
        note = f": {attested.note}" if attested.note else ""
        return Settled(Action.ATTESTED, reason + note)
    if entry.hold and today < entry.hold.until:
        return Settled(Action.HELD, f"held until {entry.hold.until}: {entry.hold.reason}")
    return None
