"""Totals for each partner ID: how many customers and links carry it."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.core.links import Change, ObservedState


@dataclass(frozen=True, slots=True)
class PartnerTotal:
    """The totals of one partner ID.

    partner_id  None for the links that carry none
    name        its name in Azure, or None
    customers   the number of tenants with a link that carries it
    covered     the number of other customers that those links cover
    links       the number of links that carry it
    wanted      the number of links that the file wants to carry it
    """

    partner_id: str | None
    name: str | None
    customers: int
    covered: int
    links: int
    wanted: int


def partner_totals(changes: Sequence[Change]) -> tuple[PartnerTotal, ...]:
    """The totals of each ID that is carried or wanted, the most carried first.

    Links that could not be read, and attested links, count only as wanted.
    """
    carried: dict[str | None, list[Change]] = {}
    wanted: dict[str | None, int] = {}
    for change in changes:
        seen = change.observed
        if change.wanted.partner_id:
            wanted[change.wanted.partner_id] = wanted.get(change.wanted.partner_id, 0) + 1
        if seen and seen.state is not ObservedState.UNKNOWN:
            carried.setdefault(seen.partner_id, []).append(change)
    rows = [
        _total(partner_id, carried.get(partner_id, ()), wanted.get(partner_id, 0))
        for partner_id in dict.fromkeys((*carried, *wanted))
    ]
    return tuple(sorted(rows, key=lambda row: (row.partner_id is None, -row.links)))


def _total(partner_id: str | None, carrying: Sequence[Change], wanted: int) -> PartnerTotal:
    names = (change.observed.partner_name for change in carrying if change.observed)
    return PartnerTotal(
        partner_id,
        next(filter(None, names), None),
        len({change.place.tenant for change in carrying}),
        len({customer for change in carrying for customer in change.wanted.covers}),
        len(carrying),
        wanted,
    )
