"""Example runs to record, with customers in sync, drifted or unreadable."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reconciler.core.access.values import Access, AccessReason, AccessVerdict, Workload
from reconciler.core.history.link_history import Observation, Write, count_health
from reconciler.core.history.recording import RecordedRun, Recording
from reconciler.core.links import Action, ObservedState
from reconciler.core.results import Outcome

OURS, OLD = "4936128", "1158331"
FIRST = datetime(2026, 11, 20, 2, tzinfo=UTC)


def at(day: int) -> datetime:
    """02:00 on this day, counted from the first run."""
    return FIRST + timedelta(days=day)


def in_sync(day: int, customer: int = 1) -> Observation:
    """A link that is in sync."""
    return Observation(
        at(day),
        f"C{customer}",
        "app",
        Action.NONE,
        ObservedState.LINKED,
        OURS,
        f"tid{customer}",
        f"oid{customer}",
        OURS,
        "Contoso",
        1,
        "2026-01-01T00:00:00Z",
    )


def drifted(day: int, customer: int = 1) -> Observation:
    """A link that carries another ID."""
    return replace(in_sync(day, customer), action=Action.UPDATE, partner_id=OLD)


def failed(day: int, customer: int = 1) -> Observation:
    """An unreadable link."""
    return Observation(
        at(day),
        f"C{customer}",
        "app",
        Action.UNKNOWN,
        ObservedState.UNKNOWN,
        OURS,
        problem="unavailable",
        message="503 from the host",
    )


def checked(day: int, verdict: str, customer: int = 1) -> Observation:
    """A link that is in sync, with this verdict about its access."""
    reason = AccessReason.ROLE_LISTED if verdict == "eligible" else AccessReason.READER_ONLY
    found = Access(Workload.AZURE, AccessVerdict(verdict), reason, "found", None, at(day))
    return replace(in_sync(day, customer), access=found)


def written(day: int, customer: int = 1) -> Write:
    """A change that was applied."""
    names = (f"C{customer}", "app")
    return Write(at(day), *names, Action.UPDATE, OLD, OURS, Outcome.APPLIED, "tid", "oid")


def recording(number: int, *observations: Observation, writes: tuple[Write, ...] = ()) -> Recording:
    """One run with its observations."""
    run = RecordedRun(
        f"run-{number}",
        "apply" if writes else "plan",
        at(number),
        "1.0",
        "sha256:00",
        0,
        True,
        count_health(observations),
        len(writes),
        "user",
        "host",
    )
    return Recording(run, observations, writes)
