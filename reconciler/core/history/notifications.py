"""Notifications: which changes of a nightly run each subscriber gets.

A run is compared with the nightly run before it. A link is notified when it begins to differ, when
it has been unreadable for a number of days, and when it has recovered. A failed run is notified if
the run before it did not fail with the same status. Known problems are not notified again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.core.exit_status import COMPLETED, Status
from reconciler.core.history.access_history import RecordedAccess, is_gained, is_lost
from reconciler.core.history.changes_since import count_days, standing_since
from reconciler.core.history.link_history import Health, Key, Observation, Period
from reconciler.core.history.notification_targets import Subscriber, When
from reconciler.core.history.recording import (
    RecordedRun,
    observations_of_plan,
    observations_of_report,
)
from reconciler.core.history.run_summary import RunSummary
from reconciler.core.links import WRITES
from reconciler.core.plan import Report
from reconciler.core.results import CONVERGED


class EventKind(StrEnum):
    """The kind of an event, the most important first."""

    FAILED = "the run failed"
    UNREADABLE = "newly unreadable"
    DRIFT = "new drift"
    ACCESS_LOST = "access lost"
    REPAIRED = "repaired"
    RECOVERED = "recovered"
    ACCESS_GAINED = "access gained"
    CUSTOMER_NEW = "new in the list of customers"
    CUSTOMER_LEFT = "no longer in the list of customers"
    RUNS_AGAIN = "the run works again"


_KINDS = {
    When.DRIFT: {EventKind.DRIFT, EventKind.REPAIRED},
    When.UNREADABLE: {EventKind.UNREADABLE},
    When.ACCESS: {EventKind.ACCESS_LOST, EventKind.ACCESS_GAINED},
    When.CUSTOMERS: {EventKind.CUSTOMER_NEW, EventKind.CUSTOMER_LEFT},
    When.FAILURE: {EventKind.FAILED},
    When.RECOVERY: {EventKind.RECOVERED, EventKind.RUNS_AGAIN},
    When.CHANGE: set(EventKind),
    When.ALWAYS: set(EventKind),
}


@dataclass(frozen=True, slots=True)
class EarlierRuns:
    """What the history knows of the nightly runs before this one.

    last     the previous nightly run; None for the first
    read     the last of them that read any link
    links    each link's period at the end of that run
    latest   each link's newest period, with or without this run
    refused  the guards that refused the last run
    access   each link's access at the end of the run that read any link
    """

    last: RecordedRun | None = None
    read: RecordedRun | None = None
    links: Mapping[Key, Period] = field(default_factory=dict)
    latest: Mapping[Key, Period] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    access: Mapping[Key, RecordedAccess] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that may be notified.

    observation    of the link; None for an event of the whole run
    customer       the name of a customer; empty for other events
    days           for how many days the link is, or was, unreadable; else 1
    reported_days  how many of those the previous run had counted
    """

    kind: EventKind
    observation: Observation | None = None
    days: int = 1
    reported_days: int = 0
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """The events that one subscriber gets.

    is_known  whether the earlier runs are known
    """

    events: tuple[Event, ...]
    is_known: bool

    def of(self, kind: EventKind) -> tuple[Event, ...]:
        """The events of this kind."""
        return tuple(each for each in self.events if each.kind is kind)


def events(run_summary: RunSummary, before: EarlierRuns) -> tuple[Event, ...]:
    """All differences from the previous run, the most important first."""
    found = [*_of_run(run_summary, before), *_of_links(run_summary, before)]
    found += _of_customers(run_summary, before)
    order = list(EventKind)
    return tuple(sorted(found, key=lambda each: order.index(each.kind)))


def message_for(
    subscriber: Subscriber,
    run_summary: RunSummary,
    before: EarlierRuns | None,
    found: Sequence[Event],
) -> Message | None:
    """The message of a run for one subscriber; None if there is nothing to send.

    before  None if the history cannot be read; then every run that is not in sync is notified
    """
    wanted = set().union(*(_KINDS[when] for when in subscriber.when))
    if before is None:
        is_sent = run_summary.status != Status.IN_SYNC or When.ALWAYS in subscriber.when
        return Message((), is_known=False) if is_sent else None
    kept = tuple(each for each in found if each.kind in wanted and _is_due(each, subscriber.after))
    if kept or When.ALWAYS in subscriber.when:
        return Message(kept, is_known=True)
    return None


def _is_due(event: Event, after: int) -> bool:
    """Whether the number of days is reached. A recovery is due only after a notification."""
    if event.kind is EventKind.UNREADABLE:
        return event.reported_days < after <= event.days
    if event.kind is EventKind.RECOVERED:
        return event.reported_days >= after or event.days == 0
    return True


def _of_run(run_summary: RunSummary, before: EarlierRuns) -> list[Event]:
    last = before.last
    has_failed = run_summary.status not in COMPLETED
    did_fail = last is not None and last.status not in COMPLETED
    is_known = last is not None and last.status == run_summary.status
    if has_failed and not (is_known and set(before.refused) == set(run_summary.refused)):
        return [Event(EventKind.FAILED)]
    return [Event(EventKind.RUNS_AGAIN)] if did_fail and not has_failed else []


def _of_customers(run_summary: RunSummary, before: EarlierRuns) -> list[Event]:
    """Customers that came or left since the previous run that read links."""
    snapshot = run_summary.customers
    if snapshot is None or before.read is None:
        return []
    since = before.read.at
    return [
        *(Event(EventKind.CUSTOMER_NEW, customer=name) for name in snapshot.appeared(since)),
        *(Event(EventKind.CUSTOMER_LEFT, customer=name) for name in snapshot.left(since)),
    ]


def _of_links(run_summary: RunSummary, before: EarlierRuns) -> list[Event]:
    fact = run_summary.fact
    if fact is None:
        return []
    repaired: set[Key] = set()
    if isinstance(fact, Report):
        observations = observations_of_report(fact, run_summary.ended_at)
        repaired = {
            result.change.place.key
            for result in fact.results
            if result.change.action in WRITES and result.outcome in CONVERGED
        }
    else:
        observations = observations_of_plan(fact)
    found = (
        _of_link(observation, before, is_repaired=observation.key in repaired)
        for observation in observations
    )
    access = (_of_access(observation, before) for observation in observations)
    return [each for each in (*found, *access) if each]


def _of_access(observation: Observation, before: EarlierRuns) -> Event | None:
    was = before.access.get(observation.key)
    if is_lost(was, observation.access):
        return Event(EventKind.ACCESS_LOST, observation)
    return (
        Event(EventKind.ACCESS_GAINED, observation) if is_gained(was, observation.access) else None
    )


def _of_link(observation: Observation, before: EarlierRuns, *, is_repaired: bool) -> Event | None:
    was = before.links.get(observation.key)
    previous_run = before.read.at if before.read else None
    if observation.health is Health.UNREADABLE:
        since = standing_since(before.latest.get(observation.key), observation)
        reported = count_days(since, previous_run) if previous_run and since <= previous_run else 0
        return Event(EventKind.UNREADABLE, observation, count_days(since, observation.at), reported)
    if observation.health is Health.DRIFT:
        is_new = was is None or was.health is not Health.DRIFT
        is_other = was is not None and _differs_otherwise(was.observation, observation)
        return Event(EventKind.DRIFT, observation) if is_new or is_other else None
    if is_repaired:
        return Event(EventKind.REPAIRED, observation)
    is_in_sync = observation.health is Health.IN_SYNC
    is_readable = observation.is_read or is_in_sync  # a held link may still be unreadable
    if is_readable and was and was.health is Health.UNREADABLE and previous_run:
        days = count_days(was.standing_since, previous_run)
        return Event(EventKind.RECOVERED, observation, days, days)
    if is_in_sync and was and was.health is Health.DRIFT:
        return Event(EventKind.RECOVERED, observation, 0, 0)
    return None


def _differs_otherwise(was: Observation, observation: Observation) -> bool:
    """Whether a link that differed before differs in another way now."""
    return (was.partner_id, was.state) != (observation.partner_id, observation.state)
