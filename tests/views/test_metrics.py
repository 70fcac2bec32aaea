"""Metrics for Prometheus: they are correct and contain no customer's name.

To regenerate the golden files after an intended change, and then review the difference:

    PAL_RECONCILE_GOLDEN=write pytest tests/views/test_metrics.py
"""

import os
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from reconciler.core.exit_status import Status
from reconciler.core.history.run_summary import RequestStats, RunSummary
from reconciler.core.plan import Plan, Report
from reconciler.views.metrics import last_success, render
from tests.tools import tool
from tests.views import facts
from tests.views.test_access import inventory

GOLDEN = Path(__file__).parent / "golden_metrics"
ENDED_AT = datetime(2026, 11, 23, 2, 0, 30, tzinfo=UTC)
ENDS = {"automation": date(2026, 12, 3), "reporting": date(2026, 11, 20)}

FACTS: dict[str, Callable[[], Plan | Report | None]] = {
    "plan": facts.ordinary_plan,
    "report": lambda: facts.report_of(facts.busy_plan()),
    "report_refused": facts.refused_report,
    "hostile": facts.hostile_plan,
    "access": lambda: inventory("Operator"),
    "nothing": lambda: None,
}


def run_summary(
    fact: Plan | Report | None = None, status: Status = Status.DIFFERENCES
) -> RunSummary:
    request_stats = RequestStats(requests=31, retries=2, throttled_s=12.5)
    return RunSummary(
        "nightly", status, ENDED_AT, 30.25, "c0ffee", {"reading": 29.0}, request_stats, fact
    )


def values(text: str) -> dict[tuple[str, ...], float]:
    """Return each series by its name and labels' values; a series that occurs twice is an error."""
    found: dict[tuple[str, ...], float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = (sample.name.removeprefix("pal_reconcile_"), *sample.labels.values())
            assert key not in found
            found[key] = sample.value
    return found


@pytest.mark.parametrize("name", FACTS)
def test_a_run_gives_the_metrics_of_its_golden_file(name: str) -> None:
    """The same run gives the same, reviewed bytes."""
    text = render(run_summary(FACTS[name]()), ENDS)
    path = GOLDEN / f"{name}.prom"
    if os.environ.get("PAL_RECONCILE_GOLDEN") == "write":
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("name", FACTS)
def test_promtool_reports_no_error(name: str) -> None:
    """Names, help texts and labels pass Prometheus's own checker."""
    text = render(run_summary(FACTS[name]()), ENDS)
    checked = subprocess.run(
        [tool("promtool"), "check", "metrics"], input=text, text=True, capture_output=True
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@pytest.mark.parametrize("name", FACTS)
def test_no_sample_has_a_time_of_its_own(name: str) -> None:
    """node_exporter rejects a whole file because of one timestamp."""
    families = text_string_to_metric_families(render(run_summary(FACTS[name]()), ENDS))
    assert all(sample.timestamp is None for family in families for sample in family.samples)


def test_no_customer_is_named() -> None:
    """Neither labels nor help texts contain a name."""
    plan = facts.ordinary_plan()
    text = render(run_summary(plan), ENDS)
    assert [c.place.tenant for c in plan.changes if c.place.tenant in text] == []


def test_repaired_links_are_no_longer_drift() -> None:
    """After an apply the metrics show the state that it left behind."""
    plan = facts.busy_plan()
    before, after = (
        values(render(run_summary(plan), {})),
        values(render(run_summary(facts.report_of(plan)), {})),
    )
    assert before["links_by_action", "update"] == 7
    assert after["changes", "applied"] + after["changes", "already"] == 3
    assert after["links_by_action", "update"] == 4
    assert after["links_by_partner", facts.OURS] > before["links_by_partner", facts.OURS]


@pytest.mark.parametrize(
    ("status", "is_success"),
    [(status, status in (Status.IN_SYNC, Status.DIFFERENCES)) for status in Status],
)
def test_a_success_is_remembered_until_the_next(status: Status, is_success: bool) -> None:
    """Drift is not a failure; any other problem keeps the time of the earlier success."""
    before = render(run_summary(), {}).replace(str(ENDED_AT.timestamp()), "1.0")
    text = render(run_summary(status=status), {}, before)
    assert last_success(text) == (ENDED_AT.timestamp() if is_success else last_success(before))


@pytest.mark.parametrize("text", ["", "no metrics\n\x00", "pal_reconcile_last_success", "a b c d"])
def test_a_file_without_a_success_counts_as_none(text: str) -> None:
    """The alert on an old success then fires for a damaged or new file."""
    assert last_success(text) == 0


def test_a_credential_has_its_end_as_a_time() -> None:
    """An alert can compute the days that are left between two runs."""
    found = values(render(run_summary(), ENDS))
    ends = datetime(2026, 12, 3, tzinfo=UTC).timestamp()
    assert found["credential_end_timestamp_seconds", "automation"] == ends
