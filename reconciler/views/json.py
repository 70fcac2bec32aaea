"""JSON of plans, reports and inventories, for programs."""

from reconciler.core.inventory.inventory_json import inventory_data
from reconciler.core.plan import Plan, Report
from reconciler.core.plan_json import plan_data, report_data, text
from reconciler.core.plan_review import PlanReview
from reconciler.views.changes_since import changes_data, changes_of


def render_plan(plan: Plan) -> str:
    """Render the plan as `--out` writes it, with the changes since a moment if there are any."""
    since = PlanReview.of(plan).changes_since
    return text(plan_data(plan) | ({"news": changes_data(since)} if since else {}))


def render_report(report: Report) -> str:
    """Render the report: the plan's shape, with an outcome for each link."""
    return text(report_data(report))


def render_inventory(plan: Plan) -> str:
    """Render the inventory, with what earlier runs know about each link."""
    since = changes_of(plan)
    return text(inventory_data(plan) | ({"news": changes_data(since)} if since else {}))
