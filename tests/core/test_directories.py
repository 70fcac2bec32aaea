"""Domains that lead to another directory than in the last run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.core.customers.directories import (
    SeenDirectory,
    check_directories,
    check_saved_plan,
    domains_of,
    newest,
)
from reconciler.core.diff import diff
from reconciler.core.links import Action, Observed, Place, Wanted, WantedState
from tests.core import worlds

BEFORE, NOW = "0000000a-0000-4000-8000-000000000001", "0000000b-0000-4000-8000-000000000002"
NAMED = Place("Northwind", "northwind.example", "automation")
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)


def want(aim: WantedState = WantedState.LINKED) -> Wanted:
    """A wanted link of a tenant that the file names by its domain."""
    return replace(worlds.wanted(aim), place=NAMED)


@pytest.mark.parametrize("aim", list(WantedState))
@pytest.mark.parametrize(
    "seen",
    [
        replace(worlds.linked(worlds.OLD), tenant_id=NOW),
        replace(worlds.unlinked(), tenant_id=NOW),
        replace(worlds.unknown(worlds.GONE), tenant_id=NOW),
        replace(worlds.unknown(), tenant_id=NOW),
    ],
)
def test_a_domain_that_moved_is_unknown_for_every_wanted_state_and_read(
    aim: WantedState, seen: Observed
) -> None:
    """An app that is missing in the other directory does not make an absent link in sync."""
    observed = check_directories({NAMED: seen}, {"Northwind": BEFORE})
    (change,) = diff([want(aim)], observed)
    assert change.action is Action.UNKNOWN
    assert change.problem
    assert change.problem.code == "directory_changed"
    assert BEFORE in change.problem.message
    assert NOW in change.problem.message
    assert observed[NAMED].tenant_id == NOW


@pytest.mark.parametrize(
    ("place", "remembered", "tenant_id"),
    [
        (NAMED, {"Northwind": NOW}, NOW),
        (NAMED, {}, NOW),
        (NAMED, {"Fabrikam": BEFORE}, NOW),
        (NAMED, {"Northwind": BEFORE}, None),
        (replace(NAMED, directory=NOW), {"Northwind": BEFORE}, NOW),
    ],
)
def test_nothing_else_counts_as_a_moved_domain(
    place: Place, remembered: dict[str, str], tenant_id: str | None
) -> None:
    """The same GUID, no earlier run, a failed lookup, and a GUID in the file change nothing."""
    seen = {place: replace(worlds.linked(), tenant_id=tenant_id)}
    assert check_directories(seen, remembered) == seen


def test_the_entry_that_names_the_other_directory_keeps_its_link() -> None:
    """A domain that moved into it is not a duplicate of its principal."""
    other = replace(worlds.wanted(number=2), place=Place("Other", NOW, "automation"))
    seen = replace(worlds.linked(), tenant_id=NOW)
    observed = check_directories({NAMED: seen, other.place: seen}, {"Northwind": BEFORE})
    actions = [change.action for change in diff([want(), other], observed)]
    assert actions == [Action.UNKNOWN, Action.NONE]


def test_the_newest_directory_counts() -> None:
    """The newest entry of history and journal counts, for any identity."""
    seen = [
        SeenDirectory(AT + timedelta(days=1), "Northwind", NOW.upper()),
        SeenDirectory(AT, "Northwind", BEFORE),
        SeenDirectory(AT, "Fabrikam", BEFORE),
    ]
    assert newest(seen) == {"Northwind": NOW, "Fabrikam": BEFORE}
    assert newest(reversed(seen)) == newest(seen)


def test_only_entries_named_by_a_domain_are_looked_up() -> None:
    """A GUID cannot lead elsewhere."""
    assert domains_of([want(), worlds.wanted()]) == {"Northwind": "northwind.example"}


@pytest.mark.parametrize(
    ("now", "remembered", "code"),
    [
        (BEFORE, {}, None),
        (BEFORE, {"Northwind": BEFORE}, None),
        (NOW, {}, "directory_changed"),
        (NOW, {"Northwind": BEFORE}, "directory_changed"),
        (BEFORE, {"Northwind": NOW}, "directory_changed"),
        (None, {"Northwind": BEFORE}, "unavailable"),
    ],
)
def test_a_saved_plan_is_not_applied_to_another_directory(
    now: str | None, remembered: dict[str, str], code: str | None
) -> None:
    """The change is blocked if the directory is unknown or differs from an earlier one."""
    seen = replace(worlds.unlinked(), tenant_id=BEFORE)
    saved = replace(want(), place=replace(NAMED, directory=BEFORE))
    changes = [worlds.change(saved, seen)]
    domains = {"Northwind": "northwind.example"}
    problems = check_saved_plan(changes, domains, {"northwind.example": now}, remembered)
    assert [problem.code for problem in problems.values()] == [code] * bool(code)
