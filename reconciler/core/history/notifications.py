"""Is this night worth a message, and to whom? Only a change is: what is known already rings nobody.

A night is compared with the nightly run before it, as the history has it. A link is told of when it
begins to differ or has been unreadable for so many nights, and once more when it has recovered; a
run that fails is told of when the one before it did not fail in that way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reconciler.core.exit_status import COMPLETED, Status
from reconciler.core.history.changes_since import count_nights
from reconciler.core.history.link_history import Health, Key, Observation, Period
from reconciler.core.history.notification_targets import Subscriber, When
from reconciler.core.history.recording import (
    RecordedRun,
    observations_of_plan,
    observations_of_report,
)
from reconciler.core.history.run_summary import RunSummary
from reconciler.core.links import WRITES, Action
from reconciler.core.plan import Report
from reconciler.core.results import CONVERGED


class EventKind(StrEnum):
    """What is told of, in the order in which somebody wants to read it."""

    FAILED = "the run failed"
    UNREADABLE = "newly unreadable"
    DRIFT = "new drift"
    REPAIRED = "repaired"
    RECOVERED = "recovered"
    RUNS_AGAIN = "the run works again"


_KINDS = {
    When.DRIFT: {EventKind.DRIFT, EventKind.REPAIRED},
    When.UNREADABLE: {EventKind.UNREADABLE},
    When.FAILURE: {EventKind.FAILED},
    When.RECOVERY: {EventKind.RECOVERED, EventKind.RUNS_AGAIN},
    When.CHANGE: set(EventKind),
    When.ALWAYS: set(EventKind),
}


@dataclass(frozen=True, slots=True)
class Before:
    """What the history knew of the nights before this one.

    last    the nightly run before this; None for the first
    read    the last of them that read any link
    links   each link's period when that one ended
    latest  each link's newest period; it may have this night in it already, or not
    """

    last: RecordedRun | None = None
    read: RecordedRun | None = None
    links: Mapping[Key, Period] = field(default_factory=dict)
    latest: Mapping[Key, Period] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that may be told.

    sight   the link; None for what concerns the whole run
    nights  how many nights it has been unreadable, or was until now; else 1
    told    how many of those the night before counted
    """

    kind: EventKind
    observation: Observation | None = None
    nights: int = 1
    told: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """What one listener is told.

    is_known  whether anybody knows what was there before
    """

    events: tuple[Event, ...]
    is_known: bool

    def of(self, kind: EventKind) -> tuple[Event, ...]:
        """The tidings of this kind."""
        return tuple(each for each in self.events if each.kind is kind)


def events(run_summary: RunSummary, before: Before) -> tuple[Event, ...]:
    """All that is different from the night before, the worst first."""
    found = [*_of_run(run_summary, before), *_of_links(run_summary, before)]
    order = list(EventKind)
    return tuple(sorted(found, key=lambda each: order.index(each.kind)))


def message_for(
    subscriber: Subscriber, run_summary: RunSummary, before: Before | None, found: Sequence[Event]
) -> Message | None:
    """What this listener is told of a night; None where it is nothing to them.

    before  None where the history cannot be read: then whatever is not well is told, each night
    """
    wanted = set().union(*(_KINDS[when] for when in subscriber.when))
    if before is None:
        is_sent = run_summary.status != Status.IN_SYNC or When.ALWAYS in subscriber.when
        return Message((), is_known=False) if is_sent else None
    kept = tuple(each for each in found if each.kind in wanted and _rings(each, subscriber.after))
    if kept or When.ALWAYS in subscriber.when:
        return Message(kept, is_known=True)
    return None


def _rings(event: Event, after: int) -> bool:
    """Whether the number of nights is passed now; and who heard nothing need not hear its end."""
    if event.kind is EventKind.UNREADABLE:
        return event.told < after <= event.nights
    if event.kind is EventKind.RECOVERED:
        return event.told >= after or event.nights == 0
    return True


def _of_run(run_summary: RunSummary, before: Before) -> list[Event]:
    last = before.last
    has_failed = run_summary.status not in COMPLETED
    did_fail = last is not None and last.status not in COMPLETED
    if has_failed and not (last and last.status == run_summary.status):
        return [Event(EventKind.FAILED)]
    return [Event(EventKind.RUNS_AGAIN)] if did_fail and not has_failed else []


def _of_links(run_summary: RunSummary, before: Before) -> list[Event]:
    fact = run_summary.fact
    if fact is None:
        return []
    repaired: set[Key] = set()
    if isinstance(fact, Report):
        observations = observations_of_report(fact, run_summary.ended_at)
        repaired = {
            (result.change.place.tenant, result.change.place.identity)
            for result in fact.results
            if result.change.action in WRITES and result.outcome in CONVERGED
        }
    else:
        observations = observations_of_plan(fact)
    found = (
        _of_link(observation, before, is_repaired=observation.key in repaired)
        for observation in observations
    )
    return [each for each in found if each]


def _of_link(observation: Observation, before: Before, *, is_repaired: bool) -> Event | None:
    was = before.links.get(observation.key)
    night_before = before.read.at if before.read else None
    if observation.health is Health.UNREADABLE:
        since = _since(before.latest.get(observation.key), observation)
        told = count_nights(since, night_before) if night_before and since <= night_before else 0
        return Event(EventKind.UNREADABLE, observation, count_nights(since, observation.at), told)
    if observation.health is Health.DRIFT:
        is_new = was is None or was.health is not Health.DRIFT
        is_other = was is not None and _is_elsewhere(was.observation, observation)
        return Event(EventKind.DRIFT, observation) if is_new or is_other else None
    if is_repaired:
        return Event(EventKind.REPAIRED, observation)
    if was and was.health is Health.UNREADABLE and night_before:
        nights = count_nights(was.standing_since, night_before)
        return Event(EventKind.RECOVERED, observation, nights, nights)
    is_well = observation.health is Health.IN_SYNC
    if is_well and was and was.health is Health.DRIFT:
        return Event(EventKind.RECOVERED, observation, 0, 0)
    return None


def _since(latest: Period | None, observation: Observation) -> datetime:
    """Since when the link has stood as it does now."""
    if latest and latest.health is observation.health:
        return latest.standing_since
    return observation.at


def _is_elsewhere(was: Observation, observation: Observation) -> bool:
    """Whether a link that differed yesterday differs in another way today: somebody moved it."""
    return (was.partner_id, was.state) != (observation.partner_id, observation.state)


def worst(message: Message, run_summary: RunSummary, most: int) -> list[str]:
    """The worst that there is, a few words each: what was told, else what there is anyway."""
    named = [
        f"{observation.tenant} / {observation.identity}: {each.kind.value}{_why(observation)}"
        for each in message.events
        if (observation := each.observation)
    ]
    if named:
        return named[:most]
    plan = run_summary.plan
    changes = plan.changes if plan else ()
    bad = [c for c in changes if c.action in (Action.UNKNOWN, Action.CONFLICT)]
    bad += [c for c in changes if c.action in WRITES]
    findings = plan.findings if plan else ()
    links = [f"{c.place.tenant} / {c.place.identity}: {c.reason}" for c in bad]
    return [*links, *(finding.message for finding in findings), *run_summary.complaints][:most]


def _why(observation: Observation) -> str:
    if observation.problem:
        return f" ({observation.problem})"
    if observation.health is Health.DRIFT:
        wanted = observation.wanted_partner_id or "none"
        return f" ({observation.partner_id or 'not linked'}, wanted {wanted})"
    return ""
