"""What does a sound document want? Model → the core's values, settled for one day, and findings."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from reconciler.config.complaints import Complaints
from reconciler.config.kinds import AzureCli, ClientSecret, Reference
from reconciler.config.kinds import Identity as IdentityModel
from reconciler.config.links import Entry, entries
from reconciler.config.nodes import Table, place
from reconciler.config.partners import Partners
from reconciler.config.schema import ANY, Document, Tenant
from reconciler.core.identities import Identity, SecretRef
from reconciler.core.links import Action, Aim, Place, Settled, Wanted


def wanted(document: Document, partners: Partners, today: date) -> Iterator[Wanted]:
    """Every link, in the order of the file."""
    shared: dict[frozenset[str] | None, frozenset[str] | None] = {}
    for index, tenant in enumerate(document.tenants):
        replaceable = _replaceable(tenant, partners)
        replaceable = shared.setdefault(replaceable, replaceable)
        tags = tuple(tenant.tags or ())
        for entry in entries(document, index):
            is_linked = entry.state is Aim.LINKED
            partner = partners.id_of(entry.partner) if is_linked and entry.partner else None
            yield Wanted(
                place=Place(tenant.name, tenant.tenant, entry.identity, entry.object_id),
                state=entry.state,
                partner_id=partner,
                partner_names=partners.names.get(partner, ()) if partner else (),
                replaceable=replaceable,
                tags=tags,
                settled=_settled(entry, partners, today),
            )


def _replaceable(tenant: Tenant, partners: Partners) -> frozenset[str] | None:
    if not tenant.replaces:
        return partners.ours
    if ANY in tenant.replaces:
        return None
    return partners.ours | {partners.id_of(foreign) for foreign in tenant.replaces}


def _settled(entry: Entry, partners: Partners, today: date) -> Settled | None:
    """What the file has decided already. Attested goes before held: it must not even be read."""
    if attested := entry.attested:
        partner = partners.id_of(attested.partner)
        reason = f"{attested.by} saw it linked to {partner} on {attested.on}"
        note = f": {attested.note}" if attested.note else ""
        return Settled(Action.ATTESTED, reason + note)
    if entry.hold and today < entry.hold.until:
        return Settled(Action.HELD, f"held until {entry.hold.until}: {entry.hold.reason}")
    return None


def identities(
    document: Document, root: Table, folder: Path, complaints: Complaints
) -> dict[str, Identity]:
    """Every identity of the file, by name, in the file's order. Paths are made absolute."""

    def reference(found: Reference | None, *path: str) -> SecretRef | None:
        if found is None:
            return None
        where = complaints.where(place(root, path))
        if found.env is not None:
            return SecretRef("env", found.env, where)
        return SecretRef("file", str((folder / str(found.file)).absolute()), where)

    def identity(name: str, model: IdentityModel) -> Identity:
        if isinstance(model, AzureCli):
            return Identity(name, model.kind)
        base = ("identities", name)
        if isinstance(model, ClientSecret):
            secret = reference(model.secret, *base, "secret")
            return Identity(
                name, model.kind, model.client_id, secret=secret, expires_on=model.expires_on
            )
        return Identity(
            name,
            model.kind,
            model.client_id,
            certificate=reference(model.certificate, *base, "certificate"),
            password=reference(model.password, *base, "password"),
            expires_on=model.expires_on,
        )

    return {name: identity(name, model) for name, model in (document.identities or {}).items()}
