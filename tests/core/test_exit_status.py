"""The exit status is the first one that applies."""

import pytest

from reconciler.core.exit_status import Status, of_plan, of_report, of_stopped_run
from reconciler.core.links import Action, Observed, Settled, Wanted, WantedState
from reconciler.core.plan import Refusal, Report, not_applied
from reconciler.core.problems import LIMIT
from reconciler.core.results import Outcome, Result, not_written, skipped
from tests.core import worlds
from tests.core.worlds import FOREIGN, GONE, OLD, OURS, PROBLEM, linked, unknown, unlinked, wanted

HELD = wanted(settled=Settled(Action.HELD, "x"))
ATTESTED = wanted(settled=Settled(Action.ATTESTED, "x"))


@pytest.mark.parametrize(
    ("want", "seen", "plain", "detailed"),
    [
        (wanted(), linked(OURS), 0, 0),
        (wanted(), unlinked(), 0, 2),
        (wanted(), linked(OLD), 0, 2),
        (wanted(WantedState.ABSENT), linked(OURS), 0, 2),
        (wanted(), linked(FOREIGN), 0, 2),
        (wanted(), unknown(), 4, 4),
        (wanted(WantedState.ABSENT), unknown(GONE), 0, 0),
        (wanted(WantedState.UNMANAGED), linked(FOREIGN), 0, 0),
        (HELD, linked(FOREIGN), 0, 0),
        (HELD, unknown(), 0, 0),
        (ATTESTED, None, 0, 0),
    ],
)
def test_a_plan_ends_with_the_status_of_its_worst_link(
    want: Wanted, seen: Observed | None, plain: int, detailed: int
) -> None:
    """Differences count only with --detailed-exitcode; an unreadable link always counts."""
    plan = worlds.plan((want, seen), (wanted(number=2), linked(OURS, 2)))
    assert of_plan(plan, detailed=False) == plain
    assert of_plan(plan, detailed=True) == detailed


def test_an_unreadable_link_outranks_a_difference() -> None:
    """4 comes before 2."""
    plan = worlds.plan((wanted(), unlinked()), (wanted(number=2), unknown()))
    assert of_plan(plan, detailed=True) is Status.PARTIAL


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.APPLIED, 0),
        (Outcome.ALREADY, 0),
        (Outcome.STALE, 4),
        (Outcome.FAILED, 4),
        (Outcome.UNVERIFIED, 4),
        (Outcome.SKIPPED, 4),
    ],
)
def test_a_report_ends_with_the_status_of_its_worst_outcome(outcome: Outcome, status: int) -> None:
    """Every change must converge."""
    plan = worlds.plan((wanted(), linked(OLD)), (wanted(number=2), linked(OURS, 2)))
    results = (Result(plan.changes[0], outcome), not_written(plan.changes[1]))
    assert of_report(Report(plan, results)) == status


@pytest.mark.parametrize("seen", [linked(FOREIGN), unknown()])
def test_a_link_that_could_not_be_changed_is_partial(seen: Observed) -> None:
    """For apply, a conflict is a change that was not made."""
    assert of_report(not_applied(worlds.plan((wanted(), seen)))) is Status.PARTIAL


def test_a_refusal_outranks_an_unreadable_link() -> None:
    """3 comes before 4: nothing was written."""
    report = not_applied(worlds.plan((wanted(), unknown())), [Refusal("incomplete", "x")])
    assert of_report(report) is Status.REFUSED


def test_a_failed_run_outranks_everything_that_it_reports() -> None:
    """1 comes before 3 and 4."""
    plan = worlds.plan((wanted(), unknown()))
    report = Report(plan, (not_written(plan.changes[0]),), (Refusal("x", "y"),), failure="no disk")
    assert of_report(report) is Status.RUN_FAILED
    assert PROBLEM.code  # the problem of the link is still in the report


@pytest.mark.parametrize(("other", "status"), [(None, 2), (Outcome.FAILED, 4)])
def test_changes_beyond_the_limit_are_differences(other: Outcome | None, status: int) -> None:
    """Changes that --max-changes left are differences; a failed change still makes it partial."""
    plan = worlds.plan(*((wanted(number=n), linked(OLD, n)) for n in (1, 2)))
    results = (skipped(plan.changes[0], LIMIT), Result(plan.changes[1], other or Outcome.APPLIED))
    assert of_report(Report(plan, results)) == status


@pytest.mark.parametrize(
    ("status", "signal", "is_past_deadline", "expected"),
    [
        (Status.IN_SYNC, None, False, 0),
        (Status.DIFFERENCES, None, True, 4),
        (Status.REFUSED, None, True, 3),
        (Status.RUN_FAILED, 2, True, 130),
        (Status.IN_SYNC, 15, True, 143),
    ],
)
def test_a_signal_outranks_everything_and_a_deadline_is_partial(
    status: Status, signal: int | None, is_past_deadline: bool, expected: int
) -> None:
    """130 and 143 come before 1; a deadline leaves links unread or unchanged, which is 4."""
    found = of_stopped_run(status, signal=signal, is_past_deadline=is_past_deadline)
    assert found == expected


def test_in_sync_is_zero() -> None:
    """Nothing to do is status 0."""
    assert of_report(not_applied(worlds.plan((wanted(), linked(OURS))))) is Status.IN_SYNC
