"""Every plan, show and apply is recorded, and nothing depends on it."""

from pathlib import Path

from tests.e2e.command import OLD, OURS, Desk


def test_each_run_is_listed(desk: Desk) -> None:
    """With its command, its status and how the links stood."""
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


def test_a_history_that_cannot_be_written_stops_nothing(desk: Desk) -> None:
    """It is said on stderr; result and status are the same."""
    desk.seed({1: OURS})
    desk.customers(1)
    assert desk.plan("--detailed-exitcode").status == 0
    (path,) = Path(desk.env["PAL_RECONCILE_STATE_DIR"]).glob("*.history.sqlite3")
    path.write_text("no database" * 100)
    ran = desk.plan("--detailed-exitcode")
    assert (ran.status, ran.actions) == (0, {"C1": "none"})
    assert "this run is not in the history: " in ran.err
    assert "file is not a database" in ran.err
    asked = desk.run("history")
    assert (asked.status, asked.out) == (1, "")
    assert "file is not a database" in asked.err
