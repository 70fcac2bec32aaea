"""What is linked already, before any file says so? What a first look found, tenant by tenant.

Pure: where the tenants come from, how they are read, and how a file is written is others' business.
"""

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

DOUBLE = "duplicate_principal"
"""The code of a principal that another entry reaches too."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A tenant to look into.

    name       what it is called where it was listed; empty where it has no name
    directory  its GUID in lower case, or a verified domain
    domains    verified domains that are known of it
    """

    name: str
    directory: str
    domains: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """All that a file may call this tenant under `tenant:`."""
        return frozenset({self.directory, *self.domains})


@dataclass(frozen=True, slots=True)
class DiscoveredTenant:
    """One tenant after it was looked into.

    tenant     its label
    directory  its GUID where a token told, else what it was asked for by
    links      what each identity that could look saw, linked or not
    unread     why each other identity could not, or need not
    """

    tenant: str
    directory: str
    tags: tuple[str, ...] = ()
    links: tuple[tuple[str, Observed], ...] = ()
    unread: tuple[tuple[str, Problem], ...] = ()


@dataclass(frozen=True, slots=True)
class DesiredEntry:
    """What a file has to say of a link so that it is in sync as it is.

    partner_id  None where the link is left alone
    remark      why it is left alone; empty for a link that the file may keep
    """

    state: WantedState
    partner_id: str | None
    remark: str = ""


def distinct(customers: Sequence[Customer]) -> tuple[Customer, ...]:
    """Each tenant once, in order, with all that was said of it: some lists name one twice."""
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
    """The links to look at in one tenant: nothing is wanted of them."""
    return tuple(
        Wanted(
            Place(label, customer.directory, name), WantedState.UNMANAGED, None, tags=customer.tags
        )
        for name in identities
    )


def found(
    wanted: Sequence[Wanted], observed: Mapping[Place, Observed]
) -> tuple[DiscoveredTenant, ...]:
    """What was seen, one value for each tenant, in the order of the looks.

    One principal has one link: where a second entry reaches it, only the first one has it.
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


def desired_entry(seen: Observed, ours: frozenset[str] | None) -> DesiredEntry:
    """What keeps this link as it is.

    ours  the partner IDs that the file lists; None where it lists none, so that any may be kept

    A foreign ID is not made ours by finding it, and a principal without a link is not to lose one
    that it may get: both are left alone.
    """
    if seen.state is ObservedState.NOT_LINKED:
        return DesiredEntry(WantedState.UNMANAGED, None, "not linked")
    if ours is not None and seen.partner_id not in ours:
        name = f" ({seen.partner_name})" if seen.partner_name else ""
        return DesiredEntry(
            WantedState.UNMANAGED,
            None,
            f"linked to {seen.partner_id}{name}, which partners: does not list",
        )
    return DesiredEntry(WantedState.LINKED, seen.partner_id)


def changes(tenants: Sequence[DiscoveredTenant], ours: frozenset[str] | None) -> tuple[Change, ...]:
    """The links as a plan over the file will see them. A principal that stands twice is left out.

    ours  as in `wish`
    """
    wanted: list[Wanted] = []
    observed: dict[Place, Observed] = {}
    for tenant in tenants:
        for name, seen in tenant.links:
            place = Place(tenant.tenant, tenant.directory, name)
            keeps = desired_entry(seen, ours)
            wanted.append(Wanted(place, keeps.state, keeps.partner_id, tags=tenant.tags))
            observed[place] = seen
        for name, problem in tenant.unread:
            if problem.code != DOUBLE:
                place = Place(tenant.tenant, tenant.directory, name)
                wanted.append(Wanted(place, WantedState.UNMANAGED, None, tags=tenant.tags))
                observed[place] = Observed.unknown(problem)
    return diff(wanted, observed)


def _same_principal(owner: Place) -> Problem:
    return Problem(
        DOUBLE,
        f"the same principal as {owner.tenant} / {owner.identity}, and listed there",
        "nothing: one principal has one link, and one entry",
    )
