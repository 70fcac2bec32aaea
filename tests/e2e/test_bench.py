"""The programs in the benchmark comparison do what they claim. Nothing is timed here."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.bench.chart import bars
from tests.bench.contest import ROOT
from tests.bench.page import Check
from tests.e2e.command import APP, Desk


@pytest.mark.parametrize(
    ("rival", "requests"),
    [
        ("floor", {"token": 3, "read": 3}),
        ("prototype", {"openid": 1, "token": 3, "read": 3}),
        ("sdk", {"openid": 3, "token": 3, "read": 3}),
    ],
)
def test_a_rival_reads_every_link(desk: Desk, rival: str, requests: dict[str, int]) -> None:
    """It requests one token and one read for each link."""
    at_once = 1  # the prototype's first tenants would each ask for the OpenID document
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.rivals", rival, "3", str(at_once)],
        env=desk.env | {"PAL_CLIENT": APP, "PYTHONPATH": str(ROOT)},
        cwd=desk.path,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert desk.azure.state.requests.by_operation() == requests


@pytest.mark.parametrize("program", ["rendering tenants.yaml", "where 3"])
def test_a_breakdown_gives_numbers(desk: Desk, program: str) -> None:
    """Each line has a number and its label."""
    desk.customers(30)
    name, argument = program.split()
    ran = subprocess.run(
        [sys.executable, "-m", f"tests.bench.{name}", argument],
        env=desk.env | {"PYTHONPATH": str(ROOT)},
        cwd=desk.path,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    lines = [line.partition(" ") for line in ran.stdout.splitlines()]
    assert len(lines) >= 3
    assert all(float(number) >= 0 and what for number, _, what in lines)


def test_the_chart_is_whole() -> None:
    """It is well-formed and contains every name, even names with special characters."""
    root = ElementTree.fromstring(bars("a < b", [("x & y", 1.0), ("ours", 1000.0)], "ours"))
    texts = {element.text for element in root.iter() if element.text}
    assert {"a < b", "x & y", "ours", "1,000"} <= texts


def test_the_page_shows_its_chart() -> None:
    """docs/performance.md and the chart come from the same measurement."""
    docs: Path = ROOT / "docs"
    assert "(performance.svg)" in (docs / "performance.md").read_text(encoding="utf-8")
    assert ElementTree.parse(docs / "performance.svg").getroot().tag.endswith("svg")


@pytest.mark.parametrize(
    ("measured", "verdict"), [(1.0, "met"), (1.4, "met"), (1.5, "missed"), (2.5, "FAILED")]
)
def test_a_figure_is_judged_by_goal_and_limit(measured: float, verdict: str) -> None:
    """A missed goal is reported; only a figure above its limit fails the bench."""
    check = Check("time", measured, goal=1.4, limit=2.0)
    assert (check.verdict, check.is_bad) == (verdict, verdict == "FAILED")
    assert check.line.startswith("| time | ")
    assert check.line.endswith(f"| {verdict} |")
