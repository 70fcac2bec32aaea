"""Plans and reports count their own links."""

import pickle

import pytest
from hypothesis import given

from reconciler.core.links import WRITES, Action, Observed, Wanted
from reconciler.core.plan import Plan, Refusal, count_actions, count_outcomes, not_applied
from reconciler.core.results import Outcome, skipped
from tests.core import worlds
from tests.core.worlds import OLD, PROBLEM, linked, unknown, unlinked, wanted

Pairs = list[tuple[Wanted, Observed | None]]


@given(worlds.pairs())
def test_every_link_is_counted_once(pairs: Pairs) -> None:
    """The counts of the actions add up to the number of links."""
    counts = count_actions(worlds.plan(*pairs).changes)
    assert list(counts) == ["links", *(action.value for action in Action)]
    assert counts.pop("links") == sum(counts.values()) == len(pairs)


@given(worlds.pairs())
def test_writes_are_the_changes_that_write(pairs: Pairs) -> None:
    """They are in the order of the file."""
    plan = worlds.plan(*pairs)
    assert plan.writes == tuple(c for c in plan.changes if c.action in WRITES)


@given(worlds.pairs())
def test_a_plan_survives_pickle(pairs: Pairs) -> None:
    """It can be sent to a worker."""
    plan = worlds.plan(*pairs)
    assert pickle.loads(pickle.dumps(plan)) == plan


@pytest.mark.parametrize(("seen", "expected"), [(unlinked(), True), (unknown(), False)])
def test_a_plan_is_complete_when_every_link_was_read(seen: Observed, expected: bool) -> None:
    """One unreadable link makes it incomplete."""
    assert (
        worlds.plan((wanted(), seen), (wanted(number=2), linked(number=2))).is_complete is expected
    )


def test_a_plan_not_applied_has_a_result_for_each_change_and_no_outcome() -> None:
    """The report of a refusal shows the whole plan."""
    plan = worlds.plan((wanted(), linked(OLD)), (wanted(number=2), unknown()), interrupted=True)
    report = not_applied(plan, [Refusal("remove-count", "too many")])
    assert [r.change for r in report.results] == list(plan.changes)
    assert {r.outcome for r in report.results} == {None}
    assert report.refusals[0].guard == "remove-count"
    assert report.interrupted


def test_outcomes_are_counted_in_a_fixed_order() -> None:
    """Outcomes that did not occur have the count zero."""
    plan: Plan = worlds.plan((wanted(), linked(OLD)))
    counts = count_outcomes([skipped(plan.changes[0], PROBLEM)])
    assert list(counts) == [outcome.value for outcome in Outcome]
    assert counts["skipped"] == sum(counts.values()) == 1
