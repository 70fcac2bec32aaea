"""What does a sound document want? Model → the core's values, settled for one day, and findings."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from reconciler.config.kinds import Identity as IdentityModel
from reconciler.config.kinds import Reference, WorkloadToken
from reconciler.config.links import Entry, entries
from reconciler.config.nodes import Path as NodePath
from reconciler.config.partners import Partners
from reconciler.config.schema import ANY, Document, Tenant
from reconciler.core.identities import Identity, SecretRef, TokenRef
from reconciler.core.links import Action, Aim, Place, Settled, Wanted


def wanted(document: Document, partners: Partners, today: date) -> Iterator[Wanted]:
    """Every link, in the order of the file."""
    shared: dict[frozenset[str] | None, frozenset[str] | None] = {}
    for index, tenant in enumerate(document.tenants):
        replaceable = _replaceable(tenant, partners)
        replaceable = shared.setdefault(replaceable, replaceable)
        tags = tuple(tenant.tags or ())
        served = document.coverage.get(index, ())
        covers = tuple(document.tenants[customer].name for customer in served)
        for entry in entries(document, index):
            is_linked = entry.state is Aim.LINKED
            partner = partners.id_of(entry.partner) if is_linked and entry.partner else None
            yield Wanted(
                place=Place(tenant.name, tenant.tenant, entry.identity, entry.pin.value),
                state=entry.state,
                partner_id=partner,
                replaceable=replaceable,
                tags=tags,
                covers=covers,
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
    document: Document, where: Callable[[NodePath], str], folder: Path
) -> dict[str, Identity]:
    """Every identity of the file, by name, in the file's order. Paths are made absolute.

    where  tells a place in the file
    """

    def reference(found: Reference | None, *path: str) -> SecretRef | None:
        if found is None:
            return None
        said_at = where(path)
        if found.env is not None:
            return SecretRef("env", found.env, said_at)
        if found.file is not None:
            return SecretRef("file", _absolute(folder, found.file), said_at)
        if found.keyvault is not None:
            return SecretRef("keyvault", found.keyvault, said_at)
        program, *arguments = found.command or ("",)
        return SecretRef("command", program, said_at, tuple(arguments))

    def identity(name: str, model: IdentityModel) -> Identity:
        def ref(key: str) -> SecretRef | None:
            return reference(getattr(model, key, None), "identities", name, key)

        return Identity(
            name,
            model.kind,
            client_id=getattr(model, "client_id", None),
            secret=ref("secret"),
            certificate=ref("certificate"),
            password=ref("password"),
            token=_token(getattr(model, "token", None), folder),
            managed_identity=getattr(model, "managed_identity", None),
            expires_on=getattr(model, "expires_on", None),
            username=getattr(model, "username", None),
            unattended=getattr(model, "unattended", False),
        )

    return {name: identity(name, model) for name, model in (document.identities or {}).items()}


def _token(found: WorkloadToken | None, folder: Path) -> TokenRef | None:
    if found is None:
        return None
    if found.file is not None:
        return TokenRef("file", _absolute(folder, found.file))
    if found.github is not None:
        return TokenRef("github", found.github)
    return TokenRef("azure_pipelines", str(found.azure_pipelines))


def _absolute(folder: Path, name: str) -> str:
    return str((folder / name).absolute())
