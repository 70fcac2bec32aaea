"""The facts as JSON, for programs: the document itself, indented."""

import json
from collections.abc import Sequence

from reconciler.core.inventory.inventory_json import inventory_data
from reconciler.core.plan import Plan, Report
from reconciler.core.plan_json import Data, plan_data, report_data
from reconciler.core.plan_review import PlanReview
from reconciler.core.text import json_safe
from reconciler.views.news import news_data


def render_plan(plan: Plan) -> str:
    """The plan as `--out` writes it too, and what is new, where that was asked for."""
    since = PlanReview.of(plan).changes_since
    return _text(plan_data(plan) | ({"news": news_data(since)} if since else {}))


def render_report(report: Report) -> str:
    """The report: the plan's shape with an outcome for each link."""
    return _text(report_data(report))


def render_inventory(plan: Plan) -> str:
    """The same reads as an inventory, with what is known besides."""
    return _text(inventory_data(plan))


def render_rollup(plan: Plan, by: Sequence[str]) -> str:
    """The inventory with its links rolled up by these fields."""
    return _text(inventory_data(plan, by))


def _text(data: Data) -> str:
    return json_safe(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"
