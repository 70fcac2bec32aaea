"""Every plan, show and apply is recorded, and nothing depends on it."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.core.history.link_history import Observation
from reconciler.core.history.recording import RecordedRun, Recording
from reconciler.core.links import Action, ObservedState
from reconciler.store.history.repository import open_own
from reconciler.store.state_paths import file_key
from tests.e2e.command import OLD, OURS, Desk, tenant_id


def test_each_run_is_listed(desk: Desk) -> None:
    """With its command, its status and the number of links in each state."""
    desk.seed({1: OURS, 2: OLD})
    desk.customers(3)
    desk.plan()
    desk.plan("--only", "C1")
    desk.apply("--allow", "change-share")
    desk.run("show")
    ran = desk.run("history", "--format", "json")
    assert ran.status == 0
    runs = ran.data["runs"]
    assert [run["command"] for run in runs] == ["plan", "plan", "apply", "show"]
    assert [run["standings"]["in_sync"] for run in runs] == [1, 1, 3, 3]
    assert [run["is_whole"] for run in runs] == [True, False, True, True]
    assert [run["writes"] for run in runs] == [0, 0, 2, 0]
    assert "apply" in desk.run("history").out
    assert desk.run("history", "--last", "1", "--format", "csv").out.count("\n") == 2


def test_a_saved_plan_of_the_whole_file_is_recorded_as_whole(desk: Desk) -> None:
    """Its run counts every link, also those that it did not read again; a part does not."""
    desk.seed({1: OURS, 2: OLD})
    desk.customers(3)
    desk.plan("--out", "all.json")
    desk.plan("--only", "C3", "--out", "part.json")
    for saved in ("part.json", "all.json"):
        desk.run("apply", saved, "--yes", "--allow", "change-share")
    runs = desk.run("history", "--format", "json").data["runs"]
    assert [run["is_whole"] for run in runs] == [True, False, False, True]
    assert runs[-1]["standings"] == {"in_sync": 3, "drift": 0, "unreadable": 0, "left_alone": 0}


def test_the_history_takes_selectors(desk: Desk) -> None:
    """By tag, GUID or partner in the current file; a selector without a match is 64."""
    desk.seed({1: OURS, 2: OLD})
    desk.customers(1, tags="[emea]")
    with (desk.path / "tenants.yaml").open("a", encoding="utf-8") as file:
        file.write(f"  - {{name: C2, tenant: {tenant_id(2)}, partner: old}}\n")
    desk.plan()
    for selector, tenant in (
        ("tag:emea", "C1"),
        (tenant_id(2).upper(), "C2"),
        ("partner:old", "C2"),
        ("C1/app", "C1"),
    ):
        ran = desk.run("history", selector, "--format", "json")
        assert {event["tenant"] for event in ran.data["events"]} == {tenant}
    ran = desk.run("history", "tag:none")
    assert (ran.status, ran.out) == (64, "")
    assert "the history has no link tag:none" in ran.err
    ran = desk.run("history", "rebuid")
    assert ran.err == "error: the history has no link rebuid; did you mean rebuild?\n"


def test_a_history_that_cannot_be_written_stops_nothing(desk: Desk) -> None:
    """It is reported on stderr; result and status are the same."""
    desk.seed({1: OURS})
    desk.customers(1)
    assert desk.plan("--detailed-exitcode").status == 0
    (path,) = Path(desk.env["PAL_RECONCILE_STATE_DIR"]).glob("*.history.sqlite3")
    path.write_text("no database" * 100)
    ran = desk.plan("--detailed-exitcode")
    assert (ran.status, ran.actions) == (0, {"C1": "none"})
    assert "this run is not in the history: " in ran.err
    assert "file is not a database" in ran.err
    listed = desk.run("history")
    assert (listed.status, listed.out) == (1, "")
    assert "file is not a database" in listed.err


def remember(desk: Desk, days_ago: int, **partner_ids: str | None) -> None:
    """Record one run: the ID that each customer's link carried, None for unreadable."""
    at = datetime.now(UTC) - timedelta(days=days_ago)
    observations = tuple(
        Observation(
            at, tenant, "app", Action.NONE if found == OURS else Action.UPDATE, ObservedState.LINKED
        )
        if found
        else Observation(
            at, tenant, "app", Action.UNKNOWN, ObservedState.UNKNOWN, problem="unavailable"
        )
        for tenant, found in partner_ids.items()
    )
    run = RecordedRun(f"night-{days_ago}", "plan", at, "1.0", "sha256:00", 0, True, {})
    with closing(open_own(history_path(desk))) as book:
        book.record(Recording(run, observations))


def history_path(desk: Desk) -> Path:
    """The path of the history of the test's file."""
    state = Path(desk.env["PAL_RECONCILE_STATE_DIR"])
    state.mkdir(exist_ok=True)
    return state / f"{file_key(desk.path / 'tenants.yaml')}.history.sqlite3"


def test_a_plan_shows_changes_since_the_last_run(desk: Desk) -> None:
    """New drift, recovered, newly unreadable, still unreadable; a second plan shows the same."""
    down = [{"tenant": f"00000000-0000-4000-8000-{n:012d}", "aadsts": 53003} for n in (3, 4)]
    desk.seed({1: OLD, 2: OURS, 5: OURS}, faults=down)
    desk.customers(5)
    remember(desk, 2, C1=OURS, C2=OLD, C3=OURS, C4=None, C5=OURS)
    for _ in range(2):
        ran = desk.plan("--since", "last-night", "--out", "saved.json")
        assert ran.status == 4, ran.err
        changes_since = {
            item["tenant"]: (item["news"], item["nights"]) for item in ran.data["news"]["links"]
        }
        assert changes_since == {
            "C1": ("new_drift", 1),
            "C2": ("recovered", 1),
            "C3": ("newly_unreadable", 1),
            "C4": ("still_unreadable", 3),
        }
    shown = desk.run("plan", "--since", "last-night").out
    assert "still unreadable (1): C4 / app (for 3 days)" in shown
    assert "news" not in (desk.path / "saved.json").read_text()
    (desk.path / "shown.json").write_text(ran.out)
    applied = desk.apply("shown.json", "--allow", "incomplete", "--allow", "change-share")
    assert applied.outcomes["C1"] == "applied", applied.err


def test_without_an_earlier_run_no_change_is_shown(desk: Desk) -> None:
    """The output says that there is no run to compare with."""
    desk.seed({1: OURS})
    desk.customers(1)
    ran = desk.run("plan", "--since", "2026-01-31")
    assert (ran.status, "no earlier run is recorded" in ran.out) == (0, True)


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", "20261120"])
def test_an_invalid_moment_is_wrong_usage(desk: Desk, since: str) -> None:
    """The error comes before anything is read."""
    desk.customers(1)
    ran = desk.run("plan", "--since", since)
    assert (ran.status, "last-night" in ran.err) == (64, True)
    assert desk.requests() == []
