"""Each fact in each format is, byte for byte, what the files in `golden/` say.

To regenerate them after an intended change, and then review the difference:

    PAL_RECONCILE_GOLDEN=write pytest tests/views/test_golden.py

Style and script of a page are left out: they are reviewed in a browser.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.core.plan import Plan, Report
from reconciler.views.formats import Format, View
from reconciler.views.registry import render
from tests.views import facts

GOLDEN = Path(__file__).parent / "golden"

ENDINGS = {
    Format.TABLE: "txt",
    Format.JSON: "json",
    Format.MARKDOWN: "md",
    Format.CSV: "csv",
    Format.HTML: "html",
}

FACTS: dict[str, tuple[View, Callable[[], Plan | Report]]] = {
    "plan": (View.PLAN, facts.ordinary_plan),
    "plan_in_sync": (View.PLAN, facts.in_sync_plan),
    "plan_hostile": (View.PLAN, facts.hostile_plan),
    "plan_news": (View.PLAN, facts.plan_with_changes),
    "plan_people": (View.PLAN, facts.people_plan),
    "plan_folders": (View.PLAN, facts.folders_plan),
    "plan_many": (View.PLAN, facts.many_plan),
    "report": (View.REPORT, lambda: facts.report_of(facts.busy_plan(), interrupted=True)),
    "report_hostile": (View.REPORT, lambda: facts.report_of(facts.hostile_plan())),
    "report_refused": (View.REPORT, facts.refused_report),
    "inventory": (View.INVENTORY, facts.inventory),
    "inventory_hostile": (View.INVENTORY, facts.hostile_plan),
}

CASES = [
    pytest.param(
        kind, form, make, f"{name}.{run_summary}", {"width": 100}, id=f"{name}.{run_summary}"
    )
    for name, (kind, make) in FACTS.items()
    for form, run_summary in ENDINGS.items()
    if (name, form)
    not in {
        ("plan_folders", Format.TABLE),
        *(
            (name, form)
            for name in ("plan_many", "plan_people", "plan_folders")
            for form in (Format.JSON, Format.CSV, Format.HTML)
        ),
    }
]

TABLES = [
    pytest.param(
        FACTS[name][0],
        Format.TABLE,
        FACTS[name][1],
        f"{name}.{width}{'.color' * color}.txt",
        {"width": width, "color": color},
        id=f"{name}.{width}{'.color' * color}",
    )
    for name in ("plan", "report", "inventory")
    for width, color in ((80, False), (160, True))
]


@pytest.mark.parametrize(("kind", "form", "make", "file", "page"), CASES + TABLES)
def test_a_fact_renders_as_its_golden_file(
    kind: View,
    form: Format,
    make: Callable[[], Plan | Report],
    file: str,
    page: dict[str, int | bool],
) -> None:
    """The same fact gives the same, reviewed bytes."""
    text = render(kind, form, make(), **page)  # type: ignore[arg-type]
    if form is Format.HTML:
        text = re.sub(r"(?s)<(style|script)>.*?</\1>|sha256-[\w+/=]+", "…", text)
    path = GOLDEN / file
    if os.environ.get("PAL_RECONCILE_GOLDEN") == "write":
        path.write_bytes(text.encode())
    assert text == path.read_bytes().decode()


def test_no_golden_file_is_left_over() -> None:
    """Every golden file belongs to a case that is tested."""
    expected = {case.values[3] for case in CASES + TABLES}
    assert {path.name for path in GOLDEN.iterdir()} == expected
