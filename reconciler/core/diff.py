"""The diff: the action for each link, and the check for duplicate principals.

Whether the changes are safe to make is decided in `guards`.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from reconciler.core.links import Action, Change, Observed, Place, Wanted, WantedState
from reconciler.core.problems import PRINCIPAL_GONE, duplicate_principal

Principal = tuple[str, str]
"""The tenant ID and the object ID of a principal."""


def diff(
    wanted: Sequence[Wanted],
    observed: Mapping[Place, Observed],
    elsewhere: Mapping[Place, Principal] = MappingProxyType({}),
) -> tuple[Change, ...]:
    """The changes for what is wanted and what was observed, in the file's order.

    elsewhere  the principals of other entries of the file, as earlier runs read them

    Only an attested link may lack an observation; raises `ValueError` for any other.
    """
    # The file's order, not the order of the answers: equal plans have equal digests.
    places = (want.place for want in wanted if want.place in observed)
    seen = without_duplicates({place: observed[place] for place in places}, elsewhere)
    return tuple(_change(want, seen.get(want.place)) for want in wanted)


def _change(wanted: Wanted, observed: Observed | None) -> Change:
    action, reason = _decide(wanted, observed)
    return Change(wanted, observed, action, reason)


def _decide(wanted: Wanted, observed: Observed | None) -> tuple[Action, str]:
    if wanted.settled:  # by hold: or attested:, see config/wanted.py
        return wanted.settled.action, wanted.settled.reason
    if observed is None:
        raise ValueError(f"{wanted.place} was not read")
    if problem := observed.problem:
        if wanted.state is WantedState.ABSENT and problem.code in PRINCIPAL_GONE:
            return Action.NONE, f"nothing can be linked there: {problem.code}"
        return Action.UNKNOWN, problem.message
    want, have = wanted.partner_id, observed.partner_id
    if wanted.state is WantedState.UNMANAGED:
        return Action.UNMANAGED, "listed as unmanaged: shown, never written"
    if want == have:
        return Action.NONE, "in sync"
    if have is None:
        return Action.CREATE, f"not linked; wanted: {want}"
    if not wanted.may_replace(have):
        return Action.CONFLICT, _conflict(wanted, have)
    if want is None:
        return Action.REMOVE, f"linked to {have}; wanted: no link"
    return Action.UPDATE, f"linked to {have}; wanted: {want}"


def _conflict(wanted: Wanted, have: str) -> str:
    return (
        f"linked to {have}, which is not in the partners: list; "
        f"wanted: {wanted.partner_id or 'no link'}. "
        f'Not changed. To replace it, list "{have}" under replaces: for this tenant'
    )


def without_duplicates(
    observed: Mapping[Place, Observed],
    elsewhere: Mapping[Place, Principal] = MappingProxyType({}),
) -> dict[Place, Observed]:
    """The reads, with each link unknown whose principal is reached through several entries.

    A principal has one link. Two entries for it would change that link back and forth.
    """
    entries: dict[Principal, list[Place]] = {}
    for place, seen in observed.items():
        if seen.tenant_id and seen.object_id:
            entries.setdefault((seen.tenant_id, seen.object_id), []).append(place)
    read = {place for places in entries.values() for place in places}
    for place, principal in elsewhere.items():
        if principal in entries and place not in read:
            entries[principal].append(place)
    settled = dict(observed)
    for (tenant_id, object_id), places in entries.items():
        if len(places) > 1:
            problem = duplicate_principal(places)
            for place in filter(read.__contains__, places):
                settled[place] = Observed.unknown(problem, tenant_id=tenant_id, object_id=object_id)
    return settled
