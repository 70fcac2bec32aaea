"""Discovery: the links that exist in a list of tenants, and the entries that keep them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.core.diff import diff
from reconciler.core.links import (
    Change,
    Observed,
    ObservedState,
    Place,
    Problem,
    Wanted,
    WantedState,
)
from reconciler.core.problems import DUPLICATE_PRINCIPAL


@dataclass(frozen=True, slots=True)
class Customer:
    """A tenant to read.

    name       its name in the list; empty if it has none
    directory  its GUID in lower case, or a verified domain
    domains    other verified domains that the list names
    """

    name: str
    directory: str
    domains: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every value that `tenant:` may have for this tenant."""
        return frozenset({self.directory, *self.domains})


@dataclass(frozen=True, slots=True)
class DiscoveredTenant:
    """One tenant after it was read.

    tenant     its name in the file
    directory  its GUID if a sign-in succeeded, else as it was listed
    links      the observation of each identity that could read, linked or not
    unread     the problem of each other identity
    """

    tenant: str
    directory: str
    tags: tuple[str, ...] = ()
    links: tuple[tuple[str, Observed], ...] = ()
    unread: tuple[tuple[str, Problem], ...] = ()


@dataclass(frozen=True, slots=True)
class DesiredEntry:
    """The entry that makes a file agree with a link as it is.

    partner_id  None for an unmanaged link
    remark      why it is unmanaged; empty for a link that the file manages
    """

    state: WantedState
    partner_id: str | None
    remark: str = ""


def distinct(customers: Sequence[Customer]) -> tuple[Customer, ...]:
    """Each tenant once, in order, with everything that the list says of it."""
    kept: list[Customer] = []
    numbers: dict[str, int] = {}
    for customer in customers:
        number = next((numbers[name] for name in customer.names if name in numbers), len(kept))
        if number == len(kept):
            kept.append(customer)
        else:
            kept[number] = _joined(kept[number], customer)
        numbers.update(dict.fromkeys(kept[number].names, number))
    return tuple(kept)


def _joined(first: Customer, other: Customer) -> Customer:
    return replace(
        first,
        name=first.name or other.name,
        domains=tuple(dict.fromkeys((*first.domains, *sorted(other.names - {first.directory})))),
        tags=tuple(dict.fromkeys((*first.tags, *other.tags))),
    )


def wanted_reads(customer: Customer, label: str, identities: Sequence[str]) -> tuple[Wanted, ...]:
    """The links to read in one tenant, as unmanaged links."""
    return tuple(
        Wanted(
            Place(label, customer.directory, name), WantedState.UNMANAGED, None, tags=customer.tags
        )
        for name in identities
    )


def found(
    wanted: Sequence[Wanted], observed: Mapping[Place, Observed]
) -> tuple[DiscoveredTenant, ...]:
    """The tenants that were read, in order.

    A principal has one link: if several entries reach it, the first one gets the link.
    """
    owners: dict[tuple[str | None, str], Place] = {}
    tenants: dict[str, DiscoveredTenant] = {}
    for want in wanted:
        place, seen = want.place, observed[want.place]
        tenant = tenants.get(
            place.tenant, DiscoveredTenant(place.tenant, place.directory, want.tags)
        )
        problem = seen.problem
        if seen.object_id:
            owner = owners.setdefault((seen.tenant_id, seen.object_id), place)
            problem = problem if owner is place else _same_principal(owner)
        if problem:
            tenant = replace(tenant, unread=(*tenant.unread, (place.identity, problem)))
        else:
            tenant = replace(tenant, links=(*tenant.links, (place.identity, seen)))
        tenants[place.tenant] = replace(tenant, directory=seen.tenant_id or tenant.directory)
    return tuple(tenants.values())


def desired_entry(
    seen: Observed, ours: frozenset[str] | None, unlinked: str | None = None
) -> DesiredEntry:
    """The entry that keeps this link as it is.

    ours      the partner IDs that the file lists; None if it lists none, so that any ID is kept
    unlinked  the partner ID that a principal without a link should want; None for unmanaged

    A link to an ID that is not listed becomes unmanaged.
    """
    if seen.state is ObservedState.NOT_LINKED and unlinked:
        return DesiredEntry(WantedState.LINKED, unlinked)
    if seen.state is ObservedState.NOT_LINKED:
        return DesiredEntry(WantedState.UNMANAGED, None, "not linked")
    if ours is not None and seen.partner_id not in ours:
        name = f" ({seen.partner_name})" if seen.partner_name else ""
        return DesiredEntry(
            WantedState.UNMANAGED,
            None,
            f"linked to {seen.partner_id}{name}, which is not in the partners: list",
        )
    return DesiredEntry(WantedState.LINKED, seen.partner_id)


def changes(
    tenants: Sequence[DiscoveredTenant], ours: frozenset[str] | None, unlinked: str | None = None
) -> tuple[Change, ...]:
    """The links as a plan with the file will show them, each principal once.

    ours, unlinked  as in `desired_entry`
    """
    wanted: list[Wanted] = []
    observed: dict[Place, Observed] = {}
    for tenant in tenants:
        for name, seen in tenant.links:
            place = Place(tenant.tenant, tenant.directory, name)
            keeps = desired_entry(seen, ours, unlinked)
            wanted.append(Wanted(place, keeps.state, keeps.partner_id, tags=tenant.tags))
            observed[place] = seen
        for name, problem in tenant.unread:
            if problem.code != DUPLICATE_PRINCIPAL:
                place = Place(tenant.tenant, tenant.directory, name)
                wanted.append(Wanted(place, WantedState.UNMANAGED, None, tags=tenant.tags))
                observed[place] = Observed.unknown(problem)
    return diff(wanted, observed)


def _same_principal(owner: Place) -> Problem:
    return Problem(
        DUPLICATE_PRINCIPAL,
        f"the same principal as {owner.tenant} / {owner.identity}, which already has an entry",
        "nothing to do: a principal has one link and needs one entry",
    )
