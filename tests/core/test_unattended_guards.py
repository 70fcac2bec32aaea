"""Guards of unattended runs: the whole plan, shares of the whole file, a week of changes."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.guards.attended import GuardLimits
from reconciler.core.guards.partner_trust import trust
from reconciler.core.guards.past_changes import Past, key_of, past_changes
from reconciler.core.guards.unattended import (
    CHANGE_COUNT,
    allowance,
    check_unattended,
    count_managed,
)
from reconciler.core.history.link_history import Write
from reconciler.core.history.recording import RecordedRun, Recording
from reconciler.core.links import Action, Observed, Settled, Wanted, WantedState
from reconciler.core.plan import Plan
from reconciler.core.results import Outcome
from tests.core.worlds import GONE, OLD, OURS, linked, plan, unknown, unlinked, wanted

TODAY = date(2026, 11, 23)
NOBODY = Past((), TODAY)
ROOT = Path(__file__).parents[2]


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


def _past(
    numbers: range,
    action: Action = Action.REMOVE,
    *,
    days_ago: int = 1,
    command: str = "nightly",
    allowed: tuple[str, ...] = (),
    outcome: Outcome | None = Outcome.APPLIED,
    partner_id: str | None = None,
) -> Past:
    """The writes of one earlier run, for these links."""
    at = datetime(TODAY.year, TODAY.month, TODAY.day, 2, tzinfo=UTC) - timedelta(days=days_ago)
    writes = tuple(
        Write(
            at, f"T{n}", "automation", action, OURS, partner_id, outcome, f"tid{n}", f"oid{n}", None
        )
        for n in numbers
    )
    run = RecordedRun("r", command, at, "1", "c", 0, True, {})
    return Past(past_changes([Recording(run, (), writes, allowed)]), TODAY)


def _check(
    checked: Plan,
    past: Past = NOBODY,
    limits: GuardLimits | None = None,
    *,
    managed: int | None = None,
    named: tuple[str, ...] = (),
    allowed: tuple[str, ...] = (),
) -> dict[str, str]:
    whole = count_managed(c.wanted for c in checked.changes) if managed is None else managed
    limits = limits or GuardLimits()
    found = check_unattended(checked, limits, past, managed=whole, named=named, allowed=allowed)
    return {refusal.guard: refusal.message for refusal in found}


@pytest.mark.parametrize(
    ("counts", "guards"),
    [
        ({"removes": 1, "total": 3}, set()),
        ({"removes": 2, "total": 3}, {"remove-share", "change-share"}),
        ({"removes": 3, "total": 9}, set()),
        ({"removes": 4, "total": 9}, {"remove-share", "change-share"}),
        ({"updates": 3, "total": 9}, set()),
        ({"updates": 4, "total": 9}, {"change-share"}),
        ({"removes": 6, "total": 60}, set()),
        ({"removes": 7, "total": 60}, {"remove-share"}),
        ({"removes": 10, "total": 400}, set()),
        ({"removes": 11, "total": 400}, {"remove-count"}),
        ({"updates": 120, "total": 400}, set()),
        ({"updates": 121, "total": 400}, {"change-share"}),
        ({"updates": 200, "total": 1000}, set()),
        ({"updates": 201, "total": 1000}, {"change-count"}),
        ({"creates": 50, "total": 60}, set()),
        ({"creates": 51, "total": 60}, {"create-count"}),
        ({"updates": 1, "unread": 12, "total": 60}, set()),
        ({"updates": 1, "unread": 13, "total": 60}, {"incomplete"}),
        ({"updates": 1, "unread": 3, "total": 10}, set()),
        ({"updates": 1, "unread": 4, "total": 10}, {"incomplete"}),
        ({"updates": 1, "unread": 3, "total": 19}, set()),
        ({"updates": 1, "unread": 4, "total": 19}, {"incomplete"}),
        ({"updates": 1, "unread": 2, "total": 4}, set()),
        ({"updates": 1, "unread": 3, "total": 4}, {"incomplete"}),
    ],
)
def test_an_unattended_guard_refuses_more_than_its_limit(
    counts: dict[str, int], guards: set[str]
) -> None:
    """The limit itself is allowed, one more is refused. Small files are guarded, too."""
    assert set(_check(_plan(**counts))) == guards


def test_every_exceeded_guard_is_named_with_number_limit_and_override() -> None:
    """Each has its own refusal, and `--allow` overrides one of them."""
    checked = _plan(creates=51, removes=130, updates=100, unread=120, total=401)
    found = _check(checked)
    guards = {"remove-share", "remove-count", "change-share", "change-count", "create-count"}
    assert set(found) == guards | {"incomplete"}
    for guard, message in found.items():
        assert f"--allow {guard}" in message
        assert "limit" in message
        assert set(_check(checked, allowed=(guard,))) == set(found) - {guard}


def test_a_refusal_says_where_its_limit_comes_from() -> None:
    """From the share, or from the minimum for small files. 0.29 * 100 is less than 29."""
    limits = GuardLimits(change_share=0.29)
    found = _check(_plan(updates=30, total=100), limits=limits)["change-share"]
    assert "(limit 29, 29% of 100)" in found
    found = _check(_plan(updates=4, total=9), limits=limits)["change-share"]
    assert "(limit 3, the minimum for 9 links)" in found


def test_a_refusal_has_a_short_text() -> None:
    """For the summary line and the notification: guard, number, limit, override."""
    checked = _plan(removes=11, total=400)
    (refusal,) = check_unattended(checked, GuardLimits(), NOBODY, managed=400, named=())
    assert refusal.short == "remove-count 11, limit 10 (--allow remove-count)"


def test_shares_are_of_the_whole_file_and_of_managed_links_only() -> None:
    """`--only` and unmanaged links do not change the total of a share."""
    held = Settled(Action.HELD, "held")
    wishes = [wanted(number=1), wanted(WantedState.ABSENT, 2), wanted(WantedState.UNMANAGED, 3)]
    wishes.append(wanted(number=4, settled=held))
    assert count_managed(wishes) == 2
    slice_of_many = _plan(removes=6, total=6)
    assert _check(slice_of_many, managed=60) == {}
    assert set(_check(slice_of_many, managed=59)) == {"remove-share"}
    diluted = [(wanted(number=n), linked(OLD, n)) for n in range(30)]
    diluted += [(wanted(WantedState.UNMANAGED, n), linked(OURS, n)) for n in range(30, 100)]
    assert "change-share" in _check(plan(*diluted))


def test_a_week_of_unattended_changes_is_added_to_the_plan() -> None:
    """Distinct links of today and the six days before; older and attended changes do not count."""
    checked = _plan(removes=4, total=60)
    before = range(100, 103)
    assert set(_check(checked, _past(before))) == {"remove-share"}
    assert "4 in this plan, 3 by unattended runs since 2026-11-17" in str(
        _check(checked, _past(before))
    )
    assert set(_check(checked, _past(before, days_ago=6))) == {"remove-share"}
    assert _check(checked, _past(before, days_ago=7)) == {}
    assert _check(checked, _past(before, command="apply")) == {}
    assert _check(checked, _past(range(3))) == {}, "the same links again"


@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_a_write_that_may_have_been_sent_counts(outcome: Outcome | None) -> None:
    """It does not count only if the outcome proves that nothing was sent."""
    past = _past(range(100, 107), outcome=outcome)
    is_sent = outcome not in (Outcome.ALREADY, Outcome.STALE, Outcome.SKIPPED)
    assert bool(_check(_plan(removes=1, total=60), past)) is is_sent


def test_an_overridden_change_does_not_count_for_that_guard_later() -> None:
    """It still counts for the other guards."""
    past = _past(range(100, 120), allowed=("remove-count",))
    checked = _plan(removes=1, total=400)
    assert _check(checked, past) == {}
    assert set(_check(checked, _past(range(100, 120)))) == {"remove-count"}
    small = _plan(removes=1, total=60)
    assert set(_check(small, past)) == {"remove-share", "change-share"}


def test_a_plan_that_adds_nothing_of_a_kind_is_not_refused_for_it() -> None:
    """Removals of the last week do not block a creation."""
    assert _check(_plan(creates=1, total=60), _past(range(100, 120))) == {}
    assert _check(_plan(unread=60, total=60), _past(range(100, 120))) == {}


def test_a_limit_of_the_file_replaces_the_default_except_for_incomplete() -> None:
    """In both directions. Unattended runs always stop if more than a fifth is unreadable."""
    many = _plan(removes=20, total=60)
    assert (
        _check(many, limits=GuardLimits(remove_count=20, remove_share=0.5, change_share=0.5)) == {}
    )
    assert set(_check(_plan(removes=1, total=60), limits=GuardLimits(remove_share=0))) == {
        "remove-share"
    }
    assert set(_check(_plan(creates=3, total=60), limits=GuardLimits(create_count=2))) == {
        "create-count"
    }
    assert set(_check(_plan(creates=3, total=60), limits=GuardLimits(change_count=2))) == {
        "change-count"
    }
    assert _check(_plan(updates=250, total=900), limits=GuardLimits(change_count=300)) == {}
    unread = _plan(updates=1, unread=13, total=60)
    assert set(_check(unread, limits=GuardLimits(incomplete=0.9))) == {"incomplete"}


def test_a_link_to_be_absent_whose_principal_was_removed_is_not_unreadable() -> None:
    """A year of offboarded customers does not block the repairs."""
    pairs = [(wanted(WantedState.ABSENT, n), unknown(GONE)) for n in range(40)]
    pairs += [(wanted(number=n), linked(OURS, n)) for n in range(40, 60)]
    assert _check(plan(*pairs, (wanted(number=60), unlinked(60)))) == {}


def test_an_id_is_known_only_by_links_that_no_unattended_run_wrote() -> None:
    """Unmanaged links and recent unattended writes do not make an ID known."""
    creates = [(wanted(number=n), unlinked(n)) for n in range(11)]
    alone = plan(*creates)
    assert set(_check(alone)) == {"new-partner-id"}
    assert _check(alone, named=(OURS,)) == {}
    unmanaged = plan(*creates, (wanted(WantedState.UNMANAGED, 99), linked(OURS, 99)))
    assert set(_check(unmanaged)) == {"new-partner-id"}
    carried = plan(*creates, (wanted(number=99), linked(OURS, 99)))
    assert _check(carried) == {}
    wrote = _past(range(99, 100), Action.CREATE, partner_id=OURS)
    assert set(_check(carried, wrote)) == {"new-partner-id"}
    older = _past(range(99, 100), Action.CREATE, partner_id=OURS, days_ago=7)
    assert _check(carried, older) == {}


def test_the_limits_of_one_run_allow_their_own_number() -> None:
    """As many changes as `change_count`, and as many links with a new ID."""
    limits = GuardLimits(change_count=5)
    assert _check(_plan(creates=5, total=60), limits=limits) == {}
    assert set(_check(_plan(creates=6, total=60), limits=limits)) == {"change-count"}
    new = [(wanted(number=n), unlinked(n)) for n in range(11)]
    assert _check(plan(*new[:10])) == {}
    assert set(_check(plan(*new))) == {"new-partner-id"}


def test_partial_runs_with_a_new_id_are_counted_together() -> None:
    """Nine runs, each over a part of the file, count as one change to that ID."""
    first = plan(*((wanted(number=n), unlinked(n)) for n in range(6)))
    wrote = _past(range(50, 55), Action.CREATE, partner_id=OURS)
    assert set(_check(first, wrote, managed=60)) == {"new-partner-id"}
    assert _check(first, managed=60) == {}


def test_an_old_id_without_a_confirmed_name_is_not_trusted() -> None:
    """After a week its first link still counts as written by an unattended run."""
    names = {OURS: ("Contoso",)}
    nameless = linked(OURS, 99).__class__(linked().state, "tid99", "oid99", OURS)
    checked = plan((wanted(number=1), unlinked(1)), (wanted(number=99), nameless))
    wrote = _past(range(99, 100), Action.CREATE, partner_id=OURS, days_ago=30)
    found = trust(checked, wrote, names)
    assert (found.seen, dict(found.unconfirmed)) == (frozenset(), {OURS: ("T99",)})
    assert trust(checked, NOBODY, names).seen == {OURS}


@pytest.mark.parametrize(
    ("days_ago", "names", "is_seen", "unconfirmed"),
    [
        (30, {OURS: ("Name",)}, True, ()),
        (30, {OURS: ("Other",)}, False, ("T99",)),
        (30, {}, True, ()),
        (30, {OLD: ("Other",)}, True, ()),
        (2, {OURS: ("Name",)}, False, ()),
        (2, {OURS: ("Other",)}, False, ("T99",)),
        (2, {}, False, ()),
    ],
)
def test_an_id_that_unattended_runs_wrote_is_trusted_after_a_week_unless_its_name_differs(
    days_ago: int, names: dict[str, tuple[str, ...]], is_seen: bool, unconfirmed: tuple[str, ...]
) -> None:
    """Its links answer with the name `Name`. Until then a new link is a canary."""
    checked = plan((wanted(number=1), unlinked(1)), (wanted(number=99), linked(OURS, 99)))
    wrote = _past(range(99, 100), Action.CREATE, partner_id=OURS, days_ago=days_ago)
    found = trust(checked, wrote, names)
    assert (OURS in found.seen) is is_seen
    assert found.unconfirmed.get(OURS, ()) == unconfirmed


def test_a_renamed_entry_is_the_same_link() -> None:
    """A write counts by its principal; without one, by the entry in the file."""
    checked = _plan(removes=3, total=9)
    wrote = _past(range(3))
    entries = [replace(c.wanted, place=replace(c.place, tenant="New")) for c in checked.changes]
    renamed = replace(
        checked,
        changes=tuple(
            replace(change, wanted=entry)
            for change, entry in zip(checked.changes, entries, strict=True)
        ),
    )
    assert _check(renamed, wrote) == {}
    assert key_of(renamed.changes[0]) == ("principal", "tid0", "oid0")
    unread = replace(renamed.changes[0], observed=unknown())
    assert key_of(unread) == ("entry", "New", "automation")


@given(st.floats(0.01, 1), st.integers(1, 10_000))
def test_a_share_is_rounded_down_and_allows_three_or_half(share: float, whole: int) -> None:
    """Never more than the share, except in a small file."""
    limit = allowance(share, whole)
    assert limit <= max(round(share * whole, 6), min(3, max(1, whole / 2)))
    assert limit >= min(3, max(1, whole // 2))


@pytest.mark.parametrize("page", ["safety.md", "operations.md"])
def test_the_documentation_shows_the_limits_of_one_unattended_run(page: str) -> None:
    """The table has the guards' results for 3, 9, 60, 400 and 5,000 links."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    limits = GuardLimits()
    for whole, unread in ((3, 1), (9, 3), (60, 12), (400, 80), (5000, 1000)):
        assert not _refuses_unread(unread, whole)
        assert _refuses_unread(unread + 1, whole)
        numbers = (
            whole,
            min(allowance(limits.remove_share, whole), limits.remove_count),
            min(allowance(limits.change_share, whole), CHANGE_COUNT),
            min(limits.create_count, whole),
            unread,
        )
        row = " | ".join(f"{number:,}" for number in numbers)
        assert f"| {row} |" in text, row
    assert len(re.findall(r"^\| 5,000 \|", text, re.MULTILINE)) == 1


def _refuses_unread(count: int, whole: int) -> bool:
    """Whether this number of unreadable links is refused, with one more link to change."""
    return "incomplete" in _check(_plan(updates=1, unread=count, total=whole))
