"""Nights to be recorded: a plan of so many customers, seen so or otherwise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reconciler.core.history.link_history import Observation, Write, count_health
from reconciler.core.history.recording import RecordedRun, Recording
from reconciler.core.links import Action, ObservedState
from reconciler.core.results import Outcome

OURS, OLD = "4936128", "1158331"
FIRST = datetime(2026, 11, 20, 2, tzinfo=UTC)


def at(night: int) -> datetime:
    """02:00 of a night, counted from the first."""
    return FIRST + timedelta(days=night)


def in_sync(night: int, customer: int = 1) -> Observation:
    """A link that is as wanted."""
    return Observation(
        at(night),
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


def drifted(night: int, customer: int = 1) -> Observation:
    """A link that carries another ID."""
    return replace(in_sync(night, customer), action=Action.UPDATE, partner_id=OLD)


def failed(night: int, customer: int = 1) -> Observation:
    """A link that could not be read."""
    return Observation(
        at(night),
        f"C{customer}",
        "app",
        Action.UNKNOWN,
        ObservedState.UNKNOWN,
        OURS,
        problem="unavailable",
        message="503 from the host",
    )


def written(night: int, customer: int = 1) -> Write:
    """A change that took."""
    names = (f"C{customer}", "app")
    return Write(at(night), *names, Action.UPDATE, OLD, OURS, Outcome.APPLIED, "tid", "oid")


def night(number: int, *observations: Observation, writes: tuple[Write, ...] = ()) -> Recording:
    """One run with what it saw."""
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
