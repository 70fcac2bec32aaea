"""Attestable links: those that the report of a person shows as wanted.

A report comes from another machine. It counts only for links that this person alone can reach,
that the file still wants, and that were read back with the partner ID that is wanted today.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from reconciler.core.links import Action, Change, ObservedState, Place, Wanted
from reconciler.core.plan import Plan
from reconciler.core.results import CONVERGED, Outcome


@dataclass(frozen=True, slots=True)
class Attestable:
    """A link that carried the wanted partner ID on a day (UTC)."""

    place: Place
    partner_id: str
    on: date


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A link of the report that cannot be attested, with the reason."""

    tenant: str
    identity: str
    why: str


def attestable(
    reported: Plan,
    outcomes: Sequence[Outcome | None],
    wanted: Iterable[Wanted],
    people: Collection[str],
) -> tuple[list[Attestable], list[LeftOut]]:
    """The links of a report that can be attested, and those that cannot, in the report's order.

    reported  the report's links, each with its last observation
    outcomes  one for each of them
    wanted    the links that the file wants
    people    the identities of people; links of other identities are ignored
    """
    by_name = {want.place.key: want for want in wanted}
    seen: list[Attestable] = []
    left_out: list[LeftOut] = []
    for change, outcome in zip(reported.changes, outcomes, strict=True):
        if change.place.identity not in people or change.action is Action.ATTESTED:
            continue
        want = by_name.get(change.place.key)
        why = _why_not(want, change, outcome)
        if want is None or want.partner_id is None or why:
            left_out.append(LeftOut(*change.place.key, why))
        else:
            seen.append(Attestable(want.place, want.partner_id, reported.created_at.date()))
    return seen, left_out


def _why_not(want: Wanted | None, change: Change, outcome: Outcome | None) -> str:
    """Why a link of the report cannot be attested; empty if it can."""
    if want is None:
        return "the file has no such link"
    known, reported, seen = want.place.guid, change.place.directory, change.observed
    if known not in (None, reported):
        return f"the report is about tenant {reported or 'unknown'}, the file has {known}"
    if want.partner_id is None:
        return f"the file wants it {want.state}"
    if outcome not in (None, *CONVERGED):
        return f"the report says {outcome}"
    if seen is None or seen.state is not ObservedState.LINKED:
        return f"the report says {seen.state.replace('_', ' ') if seen else 'not read'}"
    if seen.partner_id != want.partner_id:
        return f"it was linked to {seen.partner_id}, the file wants {want.partner_id}"
    return ""
