"""Alerts and dashboard: they match the metrics that a run writes, checked with promtool."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.tools import tool

DEPLOY = Path(__file__).parents[2] / "deploy"
ALERTS = DEPLOY / "prometheus-alerts.yml"
DASHBOARD = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
GOLDEN = Path(__file__).parents[1] / "views" / "golden_metrics"


def promtool(*arguments: str) -> str:
    """Run promtool; its errors fail the test."""
    ran = subprocess.run([tool("promtool"), *arguments], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def written() -> set[str]:
    """The names of all metrics that any run writes."""
    text = "".join(path.read_text() for path in GOLDEN.iterdir())
    return set(re.findall(r"^# TYPE (\S+)", text, re.M))


def expressions() -> list[str]:
    """Every query of the dashboard, with its variable replaced."""
    return [
        target["expr"].replace("$instance", ".*")
        for panel in DASHBOARD["panels"]
        for target in panel["targets"]
    ]


def test_promtool_accepts_the_alerts() -> None:
    """Each rule parses."""
    assert "SUCCESS" in promtool("check", "rules", str(ALERTS))


def test_alerts_fire_when_they_should_and_not_before() -> None:
    """promtool runs the cases of alerts_test.yml."""
    assert "SUCCESS" in promtool("test", "rules", str(Path(__file__).with_name("alerts_test.yml")))


def test_promtool_accepts_every_query_of_the_dashboard(tmp_path: Path) -> None:
    """The queries are checked as rules, because promtool checks rules."""
    rules = [{"record": f"query:{n}", "expr": expr} for n, expr in enumerate(expressions())]
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", str(path))


@pytest.mark.parametrize("source", ["alerts", "dashboard"])
def test_every_queried_metric_is_written(source: str) -> None:
    """No alert and no panel uses a metric that no run writes."""
    text = ALERTS.read_text() if source == "alerts" else json.dumps(DASHBOARD)
    asked = set(re.findall(r"\bpal_reconcile_\w+\b(?=[{ )\[,-])", text)) - {"pal_reconcile_"}
    assert asked
    assert asked <= written()


def test_every_metric_is_on_the_dashboard() -> None:
    """The dashboard shows every metric that a run writes."""
    text = " ".join(expressions())
    assert {name for name in written() if name not in text} == set()
