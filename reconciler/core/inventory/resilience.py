"""On what does each customer's link stand? On one principal, on people, on nothing at all.

Asked of what was read, so it needs a run; said by `show` and the report, and not by `plan`: nothing
here is drift, and a link may stand on one principal for years. What could not be read is never
taken for missing: of a customer with an unreadable link nothing is said, nor of one whose links
were not all looked at.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from reconciler.core.findings import Finding
from reconciler.core.links import (
    Action,
    Change,
    ObservedState,
    Place,
    Wanted,
    WantedState,
    Workload,
)


def resilience_findings(
    wanted: Sequence[Wanted], changes: Sequence[Change], people: Collection[str]
) -> Iterator[Finding]:
    """The customers that stand on little, in the file's order.

    wanted   every link of the file, whether or not it was selected
    changes  what was read
    people   the identities that are persons
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
        there = [want.place.identity for want in links if _is_there(read[want.place])]
        yield from _finding(customer, there, people, has_own=customer in own)
        if there and any(
            want.workload is Workload.POWER_PLATFORM for want in own.get(customer, ())
        ):
            yield _ownership(customer)


def _ownership(customer: str) -> Finding:
    """Nobody but the customer's tenant knows who owns what there, so it is said of each."""
    return Finding(
        "power_platform_ownership",
        "a Power Platform link counts through what its principal owns, and no role stands for that",
        "make the linked principal owner or co-owner of apps, creator of flows, publisher of "
        "datasets, and let it import your solutions",
        customer,
    )


def _finding(
    customer: str, there: Sequence[str], people: Collection[str], *, has_own: bool
) -> Iterator[Finding]:
    if not there:
        yield Finding(
            "covered_by_nothing",
            "no link of ours is in place for this customer",
            "apply makes the links that the file wants; if it wants none, name an identity for the "
            "customer, or list it under covers: of our own tenant",
            customer,
        )
    elif not has_own:
        return  # it stands on our own tenant, which has its own finding
    elif all(identity in people for identity in there):
        yield Finding(
            "only_people",
            "linked through people only: the link goes when they do",
            "link an application too, if one does work there",
            customer,
        )
    elif len(there) == 1:
        yield Finding(
            "only_one_principal",
            "linked through one principal only: nothing is left when it goes",
            "link every principal that does work there, or leave it so knowingly",
            customer,
        )


def _is_known(links: Sequence[Wanted], read: Mapping[Place, Change]) -> bool:
    """Whether it was seen of each link if it is there; for an attested one somebody else saw."""
    return all(want.place in read and not read[want.place].problem for want in links)


def _is_there(change: Change) -> bool:
    if change.action is Action.ATTESTED:
        return True
    seen = change.observed
    return (
        change.action is not Action.CONFLICT
        and seen is not None
        and seen.state is ObservedState.LINKED
    )
