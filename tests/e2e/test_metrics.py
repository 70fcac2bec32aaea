"""`--metrics FILE`, as node_exporter finds it."""

from pathlib import Path

import pytest

from tests.e2e.command import OLD, OURS, Desk, tenant_id
from tests.views.test_metrics import values


def figures(path: Path) -> dict[tuple[str, ...], float]:
    return values(path.read_text())


def test_plan_and_apply_write_their_figures(desk: Desk) -> None:
    """The state that the plan found, and then the state after the apply."""
    desk.seed({1: OURS, 2: OLD, 4: OURS})
    desk.customers(3)
    path = desk.path / "pal.prom"
    assert desk.run("plan", "--detailed-exitcode", "--metrics", "pal.prom").status == 2
    planned = figures(path)
    assert planned["links_by_action", "update"] == planned["links_by_action", "create"] == 1
    assert planned["run_status",] == 2
    assert planned["run_requests",] == len(desk.requests("token", "read"))
    assert desk.run("apply", "--yes", "--metrics", "pal.prom").status == 0
    applied = figures(path)
    assert applied["links_by_partner", OURS] == applied["links_by_action", "none"] == 3
    assert applied["changes", "applied"] == 2
    assert path.stat().st_mode & 0o777 == 0o644


def test_throttling_is_counted(desk: Desk) -> None:
    """Retries, and the seconds that Azure requested."""
    fault = {"tenant": tenant_id(1), "operation": "read", "times": 1}
    desk.seed({1: OURS}, faults=[{**fault, "status": 429, "retry_after_s": 1}])
    desk.customers(1)
    desk.run("plan", "--metrics", "pal.prom")
    found = figures(desk.path / "pal.prom")
    assert (found["run_retries",], found["run_throttled_seconds",]) == (1, 1)


def test_a_failed_run_is_counted(desk: Desk) -> None:
    """An invalid file exits with 78; the time of the last success stays."""
    desk.seed({1: OURS})
    desk.customers(1)
    path = desk.path / "pal.prom"
    desk.run("plan", "--metrics", "pal.prom")
    success = figures(path)["last_success_timestamp_seconds",]
    (desk.path / "tenants.yaml").write_text("version: 2\n")
    assert desk.run("plan", "--metrics", "pal.prom").status == 78
    found = figures(path)
    assert (found["run_status",], found["last_success_timestamp_seconds",]) == (78, success)
    assert not any(name == "links" for name, *_ in found)


@pytest.mark.parametrize("name", ["missing/pal.prom", "file/pal.prom", "folder"])
def test_metrics_that_cannot_be_written_do_not_fail_the_run(desk: Desk, name: str) -> None:
    """Result and status are the same, and stderr says what to do."""
    desk.seed({1: OURS})
    desk.customers(1)
    (desk.path / "file").write_text("")
    (desk.path / "folder").mkdir()
    ran = desk.run("plan", "--metrics", name)
    assert (ran.status, ran.out) == (0, "No changes. 1 link in sync.\n")
    assert ran.err.startswith(f"warning: cannot write the metrics to {name}: ")
    assert "--metrics" in ran.err


def test_the_log_has_one_line_a_link_and_one_for_the_run(desk: Desk) -> None:
    """With the run's ID, its durations, counts and status; in JSON, UTC."""
    import json

    desk.seed({1: OURS, 2: OLD})
    desk.customers(2)
    ran = desk.run("apply", "--yes", "--log-format", "json")
    lines = [json.loads(line) for line in ran.err.splitlines()]
    assert [line["event"] for line in lines] == ["link", "link", "run"]
    assert len({line["run"] for line in lines}) == 1
    assert all(line["timestamp"].endswith("Z") for line in lines)
    first, second, run = lines
    assert (first["tenant"], first["action"], first["outcome"]) == ("C1", "none", None)
    assert (second["partner_id"], second["outcome"]) == (OURS, "applied")
    assert (run["command"], run["status"], run["counts"]["update"]) == ("apply", 0, 1)
    assert run["outcomes"]["applied"] == 1
    assert set(run["phases_s"]) == {"reading", "applying"}
    assert run["duration_s"] >= 0
