"""The summary says what needs attention, and never that all is in sync when it is not."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.links import Action, Observed
from reconciler.core.plan import Plan, Refusal, Report, not_applied
from reconciler.core.results import Outcome, Result
from reconciler.views.summary import inventory_summary, plan_summary, report_summary
from tests.views import facts


def _plan(*reads: str, **more: Any) -> Plan:
    makers: dict[str, Callable[[int], Observed]] = {
        "linked": lambda n: facts.linked(n, facts.OURS),
        "old": lambda n: facts.linked(n, facts.OLD),
        "foreign": lambda n: facts.linked(n, facts.FOREIGN),
        "unlinked": facts.unlinked,
        "unread": lambda _: Observed.unknown(facts.APP_MISSING),
    }
    pairs = ((facts.wanted(f"T{n}", n), makers[word](n)) for n, word in enumerate(reads))
    return facts.plan_of(*pairs, **more)


READS = st.lists(st.sampled_from(["linked", "old", "foreign", "unlinked", "unread"]), max_size=6)


@given(reads=READS, interrupted=st.booleans())
def test_no_changes_is_said_only_when_every_link_was_read_and_is_in_sync(
    reads: list[str], interrupted: bool
) -> None:
    """Neither an unreadable link nor a conflict nor an interruption is ever `No changes`."""
    plan = _plan(*reads, interrupted=interrupted)
    is_calm = set(reads) <= {"linked"} and not interrupted
    assert plan_summary(plan).startswith("No changes.") is is_calm
    assert report_summary(not_applied(plan)).startswith("No changes.") is is_calm


def test_a_plan_is_counted_by_what_is_to_be_done() -> None:
    """One line: changes first, then problems, then links in sync and links left alone."""
    assert plan_summary(facts.ordinary_plan()) == (
        "Plan: 1 to create, 1 to update, 1 to remove; 1 conflict, 1 unreadable; "
        "2 in sync; 1 held, 1 attested, 1 unmanaged."
    )


def test_an_interrupted_plan_says_that_it_cannot_be_applied() -> None:
    """A plan of a part must not pass for a plan of everything."""
    assert plan_summary(_plan("old", interrupted=True)).endswith(
        "Interrupted: not every link was read, so this plan cannot be applied."
    )


def test_all_in_sync_is_no_changes() -> None:
    """A run without differences is one short line."""
    assert plan_summary(_plan("linked", "linked")) == "No changes. 2 links in sync."
    assert plan_summary(_plan("linked")) == "No changes. 1 link in sync."


def test_a_held_link_that_cannot_be_read_is_mentioned() -> None:
    """It counts as in sync for the status, but was not seen."""
    held = facts.Settled(Action.HELD, "held until 2026-12-31: merger")
    want = facts.wanted("Relecloud", 1, settled=held)
    plan = facts.plan_of((want, Observed.unknown(facts.APP_MISSING)))
    assert plan_summary(plan) == "No changes. 1 held (1 of them unreadable)."


def test_a_report_counts_outcomes_good_before_bad() -> None:
    """Successes come first, then failures, then what was not tried, then the rest."""
    report = facts.report_of(facts.busy_plan())
    assert report_summary(report) == (
        "Apply: 2 applied and verified, 1 already correct; 1 stale, 1 failed, 1 unverified, "
        "1 skipped; 1 conflict, 1 unreadable; 4 now in sync. 4 changes remain."
    )


def test_a_refused_report_says_that_nothing_was_written() -> None:
    """The first words answer the first question."""
    assert report_summary(facts.refused_report()).startswith(
        "Apply: refused, nothing was written; 1"
    )


def test_changes_that_were_not_confirmed_are_not_tried() -> None:
    """A plan that was shown and declined is not a success."""
    report = not_applied(_plan("old", "linked"))
    assert report_summary(report) == "Apply: 0 applied; 1 not tried; 1 in sync."


@pytest.mark.parametrize("refusals", [(), (Refusal("remove-count", "too many"),)])
def test_a_failed_run_says_so_at_the_end(refusals: tuple[Refusal, ...]) -> None:
    """This holds even where every link that was tried succeeded."""
    plan = _plan("linked")
    report = Report(plan, not_applied(plan).results, refusals, failure="no room for the journal")
    assert report_summary(report).endswith("The run itself failed.")


def test_a_run_may_be_interrupted_and_fail() -> None:
    """The summary says both."""
    plan = _plan("old")
    report = Report(plan, not_applied(plan).results, interrupted=True, failure="disk full")
    assert report_summary(report).endswith(
        "Interrupted: run it again to finish. The run itself failed."
    )


def test_an_inventory_counts_what_was_seen() -> None:
    """An inventory counts states and not actions."""
    assert inventory_summary(facts.ordinary_plan()) == (
        "10 links: 7 linked, 1 not linked, 1 unreadable, 1 not read (attested)."
    )
    assert inventory_summary(_plan(interrupted=True)) == (
        "0 links. Interrupted: not every link was read."
    )


def test_every_outcome_is_counted() -> None:
    """No outcome is missing from the sum."""
    recap = report_summary(facts.report_of(facts.busy_plan()))
    assert all(f" {outcome}" in recap for outcome in Outcome)


def test_after_repairs_the_repaired_links_count_as_in_sync() -> None:
    """Two repairs of two links do not end with 0 in sync, which would read as a failure."""
    plan = _plan("old", "old")
    results = tuple(
        Result(change, Outcome.APPLIED, facts.linked(n, facts.OURS))
        for n, change in enumerate(plan.changes)
    )
    assert report_summary(Report(plan, results)) == (
        "Apply: 2 applied and verified; 2 now in sync."
    )


@pytest.mark.parametrize("aim", ["unmanaged", "held"])
def test_a_link_that_is_left_alone_is_never_called_in_sync(aim: str) -> None:
    """It has its own word, also where it is the only link."""
    settled = facts.Settled(Action.HELD, "held until 2026-12-31: merger") if aim == "held" else None
    state = facts.WantedState.UNMANAGED if aim == "unmanaged" else facts.WantedState.LINKED
    want = facts.wanted("Trey", 1, aim=state, settled=settled)
    plan = facts.plan_of((want, facts.linked(1, facts.FOREIGN)))
    assert plan_summary(plan) == f"No changes. 1 {aim}."
    assert report_summary(not_applied(plan)) == f"No changes. 1 {aim}."


def test_links_that_were_never_tried_are_not_read_and_not_unreadable() -> None:
    """An interruption says nothing about a link."""
    pairs = [(facts.wanted(f"T{n}", n), Observed.unknown(facts.INTERRUPTED)) for n in range(3)]
    plan = facts.plan_of(*pairs, interrupted=True)
    assert plan_summary(plan).startswith(
        "Plan: 0 to create, 0 to update, 0 to remove; 3 not read; 0 in sync. Interrupted"
    )
    assert inventory_summary(plan).startswith("3 links: 3 not read. Interrupted")


def test_a_plan_that_was_not_confirmed_was_not_refused() -> None:
    """No guard refused it."""
    report = not_applied(_plan("old"), [Refusal("confirmation", "Cancelled.")])
    assert report_summary(report).startswith("Apply: not confirmed, nothing was written; 0 to")
