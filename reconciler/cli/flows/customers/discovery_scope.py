"""Scope of `discover`: the identities that read, the tenants to read, and the file to add to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.command_line.options import Options
from reconciler.cli.selected_links import Selection
from reconciler.cli.selection import now
from reconciler.core.customers.discovery import Customer, distinct
from reconciler.core.customers.listed import CustomerOrigin, CustomerSource
from reconciler.core.errors import WrongUsage
from reconciler.core.links import Place, Wanted, WantedState

if TYPE_CHECKING:
    from reconciler.config.writing.existing_file import ExistingFile
    from reconciler.core.identities import Identity


@dataclass(frozen=True, slots=True)
class CustomerService:
    """A service that lists our customers, and our own tenant, where it is asked."""

    origin: CustomerOrigin
    tenant: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What `discover` reads.

    source    the file with the identities
    names     the identities that read
    given     the tenants that were named; empty if a service or the people who sign in list them
    existing  the file to add to; None for a new file or for none
    listing   the service that lists our customers; None if none is asked
    unlinked  the partner ID that tenants without a link should want; None for unmanaged
    """

    source: ExistingFile
    names: tuple[str, ...]
    given: tuple[Customer, ...]
    existing: ExistingFile | None
    listing: CustomerSource | None = None
    unlinked: str | None = None

    @property
    def selection(self) -> Selection:
        """One link for each identity, in its own directory, where it can list its tenants."""
        identities = [self.source.config.identities[name] for name in self.names]
        return Selection(self.source.config, tuple(map(_at_home, identities)))


def scope(
    config: Path | None,
    names: Sequence[str],
    given: Sequence[Customer],
    update: Path | None,
    listed_by: CustomerService | None = None,
    partner: str | None = None,
) -> Scope:
    """Read the files. Raises `BadFile`, and `WrongUsage` if an option must decide something.

    config     the file that was named; None for the default file, if it exists
    listed_by  the service that lists our customers
    partner    the alias or ID that tenants without a link should want
    """
    from reconciler.azure.signin.secrets.reference_checks import check
    from reconciler.config.writing.existing_file import WITHOUT_A_FILE, read

    today = now().date()
    path = config or Options().config
    is_without = config is None and not names and not path.exists()
    source = read(path, today, WITHOUT_A_FILE if is_without else None)
    chosen = _chosen(source, names)
    existing = None
    if update:
        existing = source if update == path else read(update, today)
        _check_same(source, existing, chosen)
    if app := next(filter(source.is_per_tenant, chosen), None):
        raise WrongUsage(
            f"{app} is another app in each tenant (client_id: per_tenant), and the file must name "
            "the app of a tenant first; read with a single app, a person or the Azure CLI"
        )
    identities = [source.config.identities[name] for name in chosen]
    if not (given or listed_by or any(identity.is_person for identity in identities)):
        raise WrongUsage(
            f"{chosen[0]} cannot list its tenants, because only people and the Azure CLI can; "
            "name them with --tenants or --tenants-from"
        )
    check(identities)
    unlinked = _partner_id(existing or source, partner) if partner else None
    listing = CustomerSource(listed_by.origin, listed_by.tenant, chosen[0]) if listed_by else None
    return Scope(source, chosen, distinct(given), existing, listing, unlinked)


def service_of(tenants_from: Path | None, home_tenant: str | None) -> CustomerService | None:
    """The service that `--tenants-from` names; None if it names a file or is not given.

    Raises `WrongUsage` unless our own tenant is named with it, and only with it.
    """
    from reconciler.config.reading.customer_lists import tenant_of

    word = str(tenants_from)
    if word not in list(CustomerOrigin):
        if home_tenant:
            raise WrongUsage(f"--home-tenant needs --tenants-from {' or '.join(CustomerOrigin)}")
        return None
    if not home_tenant:
        raise WrongUsage(
            f"--tenants-from {word} needs --home-tenant, the GUID or domain of your own tenant"
        )
    tenant = tenant_of(home_tenant)
    if tenant is None:
        raise WrongUsage("--home-tenant takes a tenant's GUID or verified domain")
    return CustomerService(CustomerOrigin(word), tenant)


def _partner_id(file: ExistingFile, partner: str) -> str:
    """The ID of an alias, or an ID that the file may link. Raises `WrongUsage` for any other."""
    from reconciler.config.writing.file_from_customer_list import checked_partner_id

    known, ours = file.config.partners, file.file_defaults.ours
    if partner in known:
        return known[partner]
    if ours is None:
        return checked_partner_id(partner)
    if partner in ours:
        return partner
    listed = ", ".join(f"{alias} ({id_})" for alias, id_ in known.items()) or "none"
    raise WrongUsage(
        f"--partner {partner} is not listed under partners: in {file.config.path}, which has: "
        f"{listed}; add it there first"
    )


def _chosen(source: ExistingFile, names: Sequence[str]) -> tuple[str, ...]:
    identities = source.config.identities
    unknown = [name for name in names if name not in identities]
    if unknown or (not names and len(identities) != 1):
        listed = ", ".join(identities) or "none"
        problem = f"{unknown[0]} is not an identity" if unknown else "name one with --identity"
        raise WrongUsage(f"{problem}; {source.config.path} has: {listed}")
    return tuple(dict.fromkeys(names)) or tuple(identities)


def _check_same(source: ExistingFile, existing: ExistingFile, names: Sequence[str]) -> None:
    """Raise `WrongUsage` unless both files define these identities in the same way."""
    for name in names:
        if existing.config.identities.get(name) != source.config.identities[name]:
            raise WrongUsage(
                f"{existing.config.path} does not define identity {name} as "
                f"{source.config.path} does; copy it there first"
            )


def _at_home(identity: Identity) -> Wanted:
    """A link in the person's own directory; the Azure CLI knows its own."""
    home = (identity.username or "").rpartition("@")[2].casefold()
    return Wanted(Place(home, home, identity.name), WantedState.UNMANAGED, None)
