"""Worlds for the core's tests: what a file wants and what Azure shows, by hand or by hypothesis."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from reconciler.core.diff import diff
from reconciler.core.links import (
    Action,
    Change,
    Observed,
    ObservedState,
    Place,
    Problem,
    Settled,
    Wanted,
    WantedState,
)
from reconciler.core.plan import Plan

OURS, OLD, FOREIGN = "4936128", "1158331", "9999999"

PROBLEM = Problem("unavailable", "503 from the host", "try again later")
GONE = Problem("app_not_in_tenant", "the app is not there", "install it")


def place(number: int = 1) -> Place:
    """A place that differs from others by its number."""
    return Place(f"T{number}", f"00000000-0000-4000-8000-{number:012d}", "automation")


def wanted(aim: WantedState = WantedState.LINKED, number: int = 1, **more: object) -> Wanted:
    """A wish; ours are OURS and OLD."""
    partner_id = OURS if aim is WantedState.LINKED else None
    values: dict[str, object] = {"replaceable": frozenset({OURS, OLD})}
    return Wanted(place(number), aim, partner_id, **(values | more))  # type: ignore[arg-type]


def linked(partner_id: str = OURS, number: int = 1, version: int = 1) -> Observed:
    """A read that showed this ID."""
    return Observed(
        ObservedState.LINKED, f"tid{number}", f"oid{number}", partner_id, "Name", version
    )


def unlinked(number: int = 1) -> Observed:
    """A read that showed no link."""
    return Observed(ObservedState.NOT_LINKED, f"tid{number}", f"oid{number}")


def unknown(problem: Problem = PROBLEM) -> Observed:
    """A read that failed."""
    return Observed.unknown(problem)


def change(want: Wanted, seen: Observed | None) -> Change:
    """The difference of one link."""
    (only,) = diff([want], {want.place: seen} if seen else {})
    return only


def plan(*pairs: tuple[Wanted, Observed | None], **more: object) -> Plan:
    """The plan of such wishes and reads."""
    changes = diff([w for w, _ in pairs], {w.place: seen for w, seen in pairs if seen})
    values: dict[str, object] = {
        "config_digest": "sha256:00",
        "created_at": datetime(2026, 11, 23, 2, tzinfo=UTC),
        "tool_version": "1.0",
    }
    return Plan(changes, **(values | more))  # type: ignore[arg-type]


def after(change: Change) -> Observed | None:
    """What a read shows once Azure has done what the change asks for."""
    number = int(change.place.tenant[1:])
    if change.action is Action.REMOVE:
        return unlinked(number)
    if change.action in (Action.CREATE, Action.UPDATE):
        return linked(change.wanted.partner_id or "", number, 2)
    return change.observed


@st.composite
def pairs(draw: st.DrawFn) -> list[tuple[Wanted, Observed | None]]:
    """Any mix of wishes and reads, each at a place of its own."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        settled = draw(
            st.sampled_from([None, None, Settled(Action.HELD, "x"), Settled(Action.ATTESTED, "y")])
        )
        want = wanted(
            draw(st.sampled_from(WantedState)),
            number,
            settled=settled,
            replaceable=draw(st.sampled_from([frozenset({OURS, OLD}), frozenset(), None])),
        )
        reads = [linked(p, number) for p in (OURS, OLD, FOREIGN)]
        seen = draw(st.sampled_from([*reads, unlinked(number), unknown(), unknown(GONE)]))
        is_unread = settled is not None and not settled.is_read
        found.append((want, None if is_unread else seen))
    return found
