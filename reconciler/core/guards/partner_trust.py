"""Trust in partner IDs: those that an unattended run may write without a canary.

A new ID is first tried on one link, the canary.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.core.guards.partner_names import Names, is_misnamed
from reconciler.core.guards.past_changes import Past, key_of
from reconciler.core.links import Change, Observed, Wanted, WantedState
from reconciler.core.plan import Plan


@dataclass(frozen=True, slots=True)
class Trust:
    """The partner IDs that an unattended run may write without a canary.

    seen         a managed link carries it that no unattended run of these days wrote
    unconfirmed  IDs that unattended runs wrote and whose name Azure never answered, with their
                 tenants
    """

    seen: frozenset[str]
    unconfirmed: Mapping[str, tuple[str, ...]]


def is_managed(wanted: Wanted) -> bool:
    """Whether the file manages this link: wanted linked or absent, and not held or attested."""
    return wanted.settled is None and wanted.state in (WantedState.LINKED, WantedState.ABSENT)


def trust(plan: Plan, past: Past, names: Names) -> Trust:
    """The IDs of the plan's changes that count as seen.

    An ID with a name that Azure has not confirmed counts as seen only where a link carries it that
    no unattended run ever wrote. Otherwise a mistyped ID would be trusted after seven days.
    """
    recent = {change.key for change in past.recent("new-partner-id")}
    ever = {change.key for change in past.changes}
    seen, unconfirmed = set(), {}
    for partner_id in {c.wanted.partner_id for c in plan.writes if c.wanted.partner_id}:
        carriers = [c for c in plan.changes if is_managed(c.wanted) and _carries(c, partner_id)]
        needs_name = partner_id in names and not any(_confirms(names, c.observed) for c in carriers)
        written = recent | ever if needs_name else recent
        if any(key_of(change) not in written for change in carriers):
            seen.add(partner_id)
        elif carriers and needs_name:
            unconfirmed[partner_id] = tuple(c.place.tenant for c in carriers)
    return Trust(frozenset(seen), unconfirmed)


def _carries(change: Change, partner_id: str) -> bool:
    return change.observed is not None and change.observed.partner_id == partner_id


def _confirms(names: Names, seen: Observed | None) -> bool:
    return seen is not None and bool(seen.partner_name) and not is_misnamed(names, seen)
