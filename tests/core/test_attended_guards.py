"""Guards of attended runs: limits, what they are measured against, and their overrides."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.core.guards.attended import (
    GUARDS,
    SMALLEST_WHOLE,
    GuardLimits,
    check,
)
from reconciler.core.links import Change, Observed, Wanted, WantedState
from reconciler.core.plan import Plan
from tests.core.worlds import FOREIGN, GONE, OLD, OURS, linked, plan, unknown, unlinked, wanted

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


def _plan(
    *, creates: int = 0, updates: int = 0, removes: int = 0, unread: int = 0, total: int
) -> Plan:
    """A plan with these numbers of changes and unreadable links; the rest is in sync."""
    makers: list[Callable[[int], tuple[Wanted, Observed]]] = (
        [lambda n: (wanted(number=n), unlinked(n))] * creates
        + [lambda n: (wanted(number=n), linked(OLD, n))] * updates
        + [lambda n: (wanted(WantedState.ABSENT, n), linked(OURS, n))] * removes
        + [lambda n: (wanted(number=n), unknown())] * unread
    )
    makers += [lambda n: (wanted(number=n), linked(OURS, n))] * (total - len(makers))
    return plan(*(make(number) for number, make in enumerate(makers)))


def _check(checked: Plan, limits: GuardLimits | None = None, **more: Any) -> dict[str, str]:
    values: dict[str, Any] = {
        "making": checked.writes,
        "named": (),
        "allowed": (),
        "now": NOW,
    } | more
    making = values.pop("making")
    found = check(checked, making, limits or GuardLimits(), **values)
    return {refusal.guard: refusal.message for refusal in found}


@pytest.mark.parametrize(
    ("counts", "guards"),
    [
        ({"updates": 3, "total": 10}, set()),
        ({"updates": 4, "total": 10}, {"change-share"}),
        ({"updates": SMALLEST_WHOLE - 1, "total": SMALLEST_WHOLE - 1}, set()),
        ({"removes": 10, "total": 100}, set()),
        ({"removes": 11, "total": 200}, {"remove-count"}),
        ({"removes": 1, "total": 10}, set()),
        ({"removes": 2, "total": 10}, {"remove-share"}),
        ({"removes": 2, "unread": 2, "total": 21}, {"remove-share"}),
        ({"removes": 2, "unread": 1, "total": 21}, set()),
        ({"removes": 2, "unread": 3, "total": 12}, set()),
        ({"updates": 1, "unread": 5, "total": 10}, set()),
        ({"updates": 1, "unread": 6, "total": 10}, {"incomplete"}),
        ({"creates": 10, "total": 10}, set()),
        ({"creates": 11, "total": 11}, {"new-partner-id"}),
        ({"creates": 11, "total": 12}, set()),
    ],
)
def test_a_guard_refuses_more_than_its_limit(counts: dict[str, int], guards: set[str]) -> None:
    """The limit itself is allowed, one more is refused. Shares do not apply to a few links."""
    assert set(_check(_plan(**counts))) == guards


def test_the_number_of_changes_is_limited_only_if_the_file_sets_a_limit() -> None:
    """There is no default."""
    assert _check(_plan(updates=2, total=9), GuardLimits(change_count=2)) == {}
    assert set(_check(_plan(updates=2, total=9), GuardLimits(change_count=1))) == {"change-count"}


def test_a_partner_name_in_the_file_confirms_a_new_id() -> None:
    """The name in Azure's answer to the first write is compared with it."""
    assert _check(_plan(creates=11, total=11), named=(OURS,)) == {}


def test_guards_check_only_the_changes_of_this_run() -> None:
    """`--max-changes` limits a large plan to a few changes."""
    large = _plan(removes=20, total=200)
    assert _check(large, making=large.writes[:10]) == {}


def test_a_run_that_writes_nothing_is_never_refused() -> None:
    """This holds even if most links are unreadable."""
    assert _check(_plan(unread=10, total=10)) == {}


@pytest.mark.parametrize(
    ("age", "guards"),
    [
        (timedelta(0), set()),
        (timedelta(hours=24), set()),
        (timedelta(hours=24, seconds=1), {"plan-age"}),
        (timedelta(seconds=-1), {"plan-age"}),
    ],
)
def test_a_plan_is_fresh_for_a_day(age: timedelta, guards: set[str]) -> None:
    """A plan dated in the future is refused like an old one."""
    made = _plan(updates=1, total=9)
    found = _check(made, now=made.created_at + age)
    assert set(found) == guards
    assert all(("future" in message) is (age < timedelta(0)) for message in found.values())


def test_a_principal_that_is_gone_as_wanted_is_not_unreadable() -> None:
    """Ten links of which six need no read, because nothing should be linked there."""
    pairs = [(wanted(WantedState.ABSENT, n), unknown(GONE)) for n in range(6)]
    pairs += [(wanted(number=n), linked(OLD, n)) for n in range(6, 7)]
    pairs += [(wanted(number=n), linked(OURS, n)) for n in range(7, 10)]
    assert _check(plan(*pairs)) == {}


@pytest.mark.parametrize("guard", [guard for guard in GUARDS if guard != "create-count"])
def test_a_refusal_names_its_own_override(guard: str) -> None:
    """Each guard has its own option; there is no option that overrides all."""
    everything = _plan(creates=11, removes=60, unread=120, total=191)
    limits = GuardLimits(change_count=1, new_partner_id=10, plan_age=timedelta(0))
    first = replace(everything, changes=tuple(_change_to_foreign_id(c) for c in everything.changes))
    found = _check(first, limits)
    assert f"--allow {guard}" in found[guard]
    assert set(_check(first, limits, allowed=(guard,))) == set(found) - {guard}


def _change_to_foreign_id(change: Change) -> Change:
    """The same change with an ID that no link carries."""
    if not change.wanted.partner_id:
        return change
    return replace(change, wanted=replace(change.wanted, partner_id=FOREIGN))
