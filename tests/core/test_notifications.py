"""A change is notified once, to the subscribers that asked for it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.core.history.link_history import count_health
from reconciler.core.history.notification_targets import Subscriber, When
from reconciler.core.history.notifications import EarlierRuns, EventKind, events, message_for
from reconciler.core.history.recording import RecordedRun, failed_run, observations_of_plan
from reconciler.core.history.run_summary import RunSummary
from reconciler.core.identities import SecretRef
from reconciler.core.links import Action, Observed, Settled, WantedState
from reconciler.core.plan import Plan, Refusal, Report, not_applied
from reconciler.core.results import Outcome, Result
from tests.core.worlds import FOREIGN, GONE, OLD, OURS, linked, plan, unknown, unlinked, wanted
from tests.periods import periods_of

FIRST = datetime(2026, 11, 1, 2, tzinfo=UTC)
TO = SecretRef("env", "PAL_NOTIFY")
STATUS = {"=": 0, "~": 2, "!": 2, "-": 2, "?": 4}


def seen(word: str) -> Observed:
    """The observation of a letter: in sync, our other ID, a foreign ID, not linked, unreadable."""
    found = {"=": linked(), "~": linked(OLD), "!": linked(FOREIGN), "-": unlinked()}
    return found[word] if word in found else unknown()


def events_of(outcomes: str, subscriber: Subscriber | None = None) -> list[list[str]]:
    """The events of each run for one link, with a letter for each run; X is a failed run."""
    subscriber = subscriber or Subscriber(TO)
    runs: list[RecordedRun] = []
    past: list[Plan] = []
    notified = []
    for number, word in enumerate(outcomes):
        at = FIRST + timedelta(days=number)
        today = None if word == "X" else plan((wanted(), seen(word)), created_at=at)
        run_summary = RunSummary(
            "nightly", STATUS.get(word, 1), at, 1.0, f"run{number}", fact=today
        )
        before = before_of(runs, past)
        message = message_for(subscriber, run_summary, before, events(run_summary, before))
        notified.append([each.kind.value for each in message.events] if message else [])
        if today:
            past.append(today)
            counts = count_health(observations_of_plan(today))
            runs.append(
                RecordedRun(
                    f"run{number}", "nightly", at, "1", "c", run_summary.status, True, counts
                )
            )
        else:
            runs.append(failed_run(run_summary, "", "1", "", ""))
    return notified


def before_of(runs: list[RecordedRun], past: list[Plan]) -> EarlierRuns:
    """The history of these runs."""
    read = next((run for run in reversed(runs) if run.standings), None)
    observations = [observation for one in past for observation in observations_of_plan(one)]
    latest = {observations[0].key: periods_of(observations)[-1]} if observations else {}
    return EarlierRuns(runs[-1] if runs else None, read, latest, latest)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ("===", ["", "", ""]),
        ("=~~=", ["", "new drift", "", "recovered"]),
        ("~~", ["new drift", ""]),
        ("=~!!", ["", "new drift", "new drift", ""]),
        ("=?" + "?" * 5 + "=", ["", "newly unreadable", *[""] * 5, "recovered"]),
        ("=?~=", ["", "newly unreadable", "new drift", "recovered"]),
        ("=XX=", ["", "the run failed", "", "the run works again"]),
        ("~X~", ["new drift", "the run failed", "the run works again"]),
        ("?X?", ["newly unreadable", "the run failed", "the run works again"]),
    ],
)
def test_only_a_change_is_notified(outcomes: str, expected: list[str]) -> None:
    """A known problem is not notified again, and its end is notified once."""
    assert [", ".join(each) for each in events_of(outcomes)] == expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (unknown(), unknown(), []),
        (unknown(), linked(), ["recovered"]),
        (linked(OLD), linked(OLD), []),
    ],
)
def test_a_hold_makes_a_link_neither_readable_nor_in_sync(
    before: Observed, now: Observed, expected: list[str]
) -> None:
    """A link that is held and as before has not recovered."""
    first = plan((wanted(), before), created_at=FIRST)
    held = Settled(Action.HELD, "held until 2026-12-31: migration")
    at = FIRST + timedelta(days=1)
    today = plan((replace(wanted(), settled=held), now), created_at=at)
    counts = count_health(observations_of_plan(first))
    earlier = before_of([RecordedRun("run0", "nightly", FIRST, "1", "c", 4, True, counts)], [first])
    run_summary = RunSummary("nightly", 0, at, 1.0, "run1", fact=today)
    assert [each.kind.value for each in events(run_summary, earlier)] == expected


def test_a_link_that_needs_no_read_any_more_has_recovered() -> None:
    """It should be absent now, and its principal is gone: it is in sync without a read."""
    first = plan((wanted(), unknown(GONE)), created_at=FIRST)
    at = FIRST + timedelta(days=1)
    today = plan((wanted(WantedState.ABSENT), unknown(GONE)), created_at=at)
    counts = count_health(observations_of_plan(first))
    before = before_of([RecordedRun("run0", "nightly", FIRST, "1", "c", 4, True, counts)], [first])
    run_summary = RunSummary("nightly", 0, at, 1.0, "run1", fact=today)
    assert [each.kind.value for each in events(run_summary, before)] == ["recovered"]


@pytest.mark.parametrize(
    ("outcome", "after", "expected"),
    [
        (Outcome.APPLIED, linked(), "repaired"),
        (Outcome.ALREADY, linked(), "repaired"),
        (Outcome.FAILED, linked(OLD), "new drift"),
        (Outcome.UNVERIFIED, unknown(), "newly unreadable"),
    ],
)
def test_a_change_of_the_run_is_notified_by_its_outcome(
    outcome: Outcome, after: Observed, expected: str
) -> None:
    """`nightly --repair` says what it repaired, and what it left."""
    today = plan((wanted(), linked(OLD)), created_at=FIRST)
    report = Report(today, (Result(today.changes[0], outcome, after),))
    run_summary = RunSummary("nightly", 4, FIRST, 1.0, "run1", fact=report)
    assert [each.kind.value for each in events(run_summary, before_of([], []))] == [expected]


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ("=??????=", ["", "", "", "newly unreadable", "", "", "", "recovered"]),
        ("=??=??=", [""] * 7),
        ("???", ["", "", "newly unreadable"]),
    ],
)
def test_unreadable_is_notified_after_the_configured_days(
    outcomes: str, expected: list[str]
) -> None:
    """Two days of failure are not notified to a subscriber with `after: 3`, nor is the recovery."""
    assert [", ".join(each) for each in events_of(outcomes, Subscriber(TO, after=3))] == expected


def test_a_missed_run_does_not_lose_a_notification() -> None:
    """If no run reads on the third day, the run on the fourth day notifies."""
    today = plan((wanted(), unknown()), created_at=FIRST + timedelta(days=3))
    first = plan((wanted(), unknown()), created_at=FIRST)
    counts = count_health(observations_of_plan(first))
    run = RecordedRun("run0", "nightly", FIRST, "1", "c", 4, True, counts)
    before = before_of([run], [first])
    run_summary = RunSummary("nightly", 4, today.created_at, 1.0, "run1", fact=today)
    subscriber = Subscriber(TO, after=3)
    message = message_for(subscriber, run_summary, before, events(run_summary, before))
    assert message is not None
    assert [each.kind for each in message.events] == [EventKind.UNREADABLE]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({When.DRIFT}, ["", "new drift", "", "", "", "", ""]),
        ({When.UNREADABLE}, ["", "", "", "newly unreadable", "", "", ""]),
        ({When.RECOVERY}, ["", "", "recovered", "", "recovered", "", "the run works again"]),
        ({When.FAILURE}, ["", "", "", "", "", "the run failed", ""]),
    ],
)
def test_each_subscriber_gets_the_requested_events(when: set[When], expected: list[str]) -> None:
    """A subscriber gets only the events that they subscribed to."""
    subscriber = Subscriber(TO, frozenset(when))
    assert [", ".join(each) for each in events_of("=~=?=X=", subscriber)] == expected


def test_always_notifies_every_run() -> None:
    """`always` sends a message for every run."""
    today = plan((wanted(), linked()))
    run_summary = RunSummary("nightly", 0, FIRST, 1.0, "run", fact=today)
    subscriber = Subscriber(TO, frozenset({When.ALWAYS}))
    message = message_for(subscriber, run_summary, EarlierRuns(), ())
    assert message is not None
    assert message.events == ()
    assert message_for(Subscriber(TO), run_summary, EarlierRuns(), ()) is None


@pytest.mark.parametrize(("status", "is_told"), [(0, False), (2, True), (4, True), (78, True)])
def test_without_a_history_every_problem_is_notified(status: int, is_told: bool) -> None:
    """Without a history every run that is not in sync is notified."""
    run_summary = RunSummary("nightly", status, FIRST, 1.0)
    message = message_for(Subscriber(TO), run_summary, None, ())
    assert (message is not None) is is_told
    every = Subscriber(TO, frozenset({When.ALWAYS}))
    assert message_for(every, run_summary, None, ()) is not None


def test_an_unmanaged_link_is_not_notified() -> None:
    """Changes of an unmanaged link are not notified."""
    today = plan((wanted(WantedState.UNMANAGED), linked(OURS)), created_at=FIRST)
    run_summary = RunSummary("nightly", 0, FIRST, 1.0, "run", fact=today)
    assert events(run_summary, EarlierRuns()) == ()


@pytest.mark.parametrize(
    ("last", "now", "is_notified"),
    [
        (("incomplete",), ("incomplete",), False),
        (("incomplete", "remove-count"), ("remove-count", "incomplete"), False),
        (("incomplete",), ("incomplete", "remove-count"), True),
        (("incomplete",), ("remove-count",), True),
        ((), ("incomplete",), True),
    ],
)
def test_a_refusal_by_other_guards_is_a_change(
    last: tuple[str, ...], now: tuple[str, ...], is_notified: bool
) -> None:
    """A run that is refused again is notified again only if other guards refused it."""
    refusals = [Refusal(guard, "too many") for guard in now]
    fact = not_applied(plan((wanted(), linked()), created_at=FIRST), refusals)
    run_summary = RunSummary("nightly", 3, FIRST, 1.0, "run1", fact=fact)
    run = RecordedRun("run0", "nightly", FIRST, "1", "c", 3, True, {})
    found = events(run_summary, EarlierRuns(run, refused=last))
    assert [each.kind for each in found] == [EventKind.FAILED] * is_notified
