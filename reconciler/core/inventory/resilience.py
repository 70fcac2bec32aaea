"""Resilience findings: customers linked through one principal, through people only, or not at all.

`show` and the report have them; `plan` does not, because none of them is drift. An unreadable link
is never treated as missing: a customer with an unreadable link, or with links that were not all
read, has no finding.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from reconciler.core.access.link_access import access_of
from reconciler.core.access.values import Workload
from reconciler.core.findings import Finding
from reconciler.core.links import (
    Action,
    Change,
    ObservedState,
    Place,
    Wanted,
    WantedState,
)


def resilience_findings(
    wanted: Sequence[Wanted], changes: Sequence[Change], people: Collection[str]
) -> Iterator[Finding]:
    """The findings, in the file's order.

    wanted   every link of the file, selected or not
    changes  the links that were read
    people   the identities of people
    """
    read = {change.place: change for change in changes}
    own: dict[str, list[Wanted]] = {}
    serving: dict[str, list[Wanted]] = {}
    for want in wanted:
        own.setdefault(want.place.tenant, []).append(want)
        for customer in want.covers:
            serving.setdefault(customer, []).append(want)
    for customer in dict.fromkeys((*own, *serving)):
        links = [*own.get(customer, ()), *serving.get(customer, ())]
        if all(want.state is WantedState.ABSENT for want in links) or not _is_known(links, read):
            continue
        in_place = [want.place.identity for want in links if _is_in_place(read[want.place])]
        yield from _finding(customer, in_place, people, has_own=customer in own)
        if in_place and any(_is_ownership_unknown(want, read) for want in own.get(customer, ())):
            yield _ownership(customer)


def _is_ownership_unknown(want: Wanted, read: Mapping[Place, Change]) -> bool:
    """Whether a Power Platform link counts through what nobody looked at."""
    return want.workload is Workload.POWER_PLATFORM and access_of(read[want.place]) is None


def _ownership(customer: str) -> Finding:
    """The finding for every Power Platform link: only the tenant knows who owns what there."""
    return Finding(
        "power_platform_ownership",
        "a Power Platform link counts through what its principal owns, not through a role",
        "make the linked principal owner or co-owner of apps, creator of flows, publisher of "
        "datasets, and let it import your solutions",
        customer,
    )


def _finding(
    customer: str, in_place: Sequence[str], people: Collection[str], *, has_own: bool
) -> Iterator[Finding]:
    if not in_place:
        yield Finding(
            "covered_by_nothing",
            "this customer has no link to one of our partner IDs",
            "apply creates the links that the file wants; if it wants none, add an identity for "
            "the customer, or list it under covers: of our own tenant",
            customer,
        )
    elif not has_own:
        return  # it is covered by our own tenant, which has its own finding
    elif all(identity in people for identity in in_place):
        yield Finding(
            "only_people",
            "linked through people only: the link is lost when they leave",
            "also link an application, if one works there",
            customer,
        )
    elif len(in_place) == 1:
        yield Finding(
            "only_one_principal",
            "linked through one principal only: no link is left when it is removed",
            "link every principal that works there; if there is only one, ignore this finding: "
            "findings: {ignore: [only_one_principal]}",
            customer,
        )


def _is_known(links: Sequence[Wanted], read: Mapping[Place, Change]) -> bool:
    """Whether the state of each link is known, by a read or an attestation."""
    return all(want.place in read and not read[want.place].problem for want in links)


def _is_in_place(change: Change) -> bool:
    if change.action is Action.ATTESTED:
        return True
    seen = change.observed
    return (
        change.action is not Action.CONFLICT
        and seen is not None
        and seen.state is ObservedState.LINKED
    )
