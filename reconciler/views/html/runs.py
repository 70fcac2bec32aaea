"""Plan, apply and show as a page: what it comes to, what needs somebody, and every link."""

from collections.abc import Callable, Sequence

from reconciler.core.plan import Plan, Refusal, Report
from reconciler.core.plan_json import digest, plan_data
from reconciler.core.plan_review import Forecast, PlanReview
from reconciler.views.changes_since import change_lines, heading
from reconciler.views.grouping import CauseGroup, group_findings, group_rows
from reconciler.views.html.badges import Badge, became, by_urgency, health, planned, tallies
from reconciler.views.html.pages import page
from reconciler.views.rows import Row, plan_rows, report_rows
from reconciler.views.summary import inventory_summary, plan_summary, report_summary


def render_plan(plan: Plan) -> str:
    """What should change, and what keeps it from changing."""
    rows = plan_rows(plan)
    return _page(
        "Plan",
        plan_summary(plan),
        plan,
        rows,
        planned,
        digest=digest(plan_data(plan)),
        forecasts=PlanReview.of(plan).forecasts,
    )


def render_report(report: Report) -> str:
    """What became of the plan's changes."""
    return _page(
        "Apply",
        report_summary(report),
        report.plan,
        report_rows(report),
        became,
        digest=digest(plan_data(report.plan)),
        journal=report.journal,
        refusals=report.refusals,
        failure=report.failure,
        findings=group_findings(report.findings),
    )


def render_inventory(plan: Plan) -> str:
    """Every link as it was observed."""
    return _page("Inventory", inventory_summary(plan), plan, plan_rows(plan), health)


def _page(
    title: str,
    recap: str,
    plan: Plan,
    rows: Sequence[Row],
    stands: Callable[[Row], Badge],
    **more: "str | Sequence[Refusal] | Sequence[Forecast] | Sequence[CauseGroup] | None",
) -> str:
    pairs = by_urgency((row, stands(row)) for row in rows)
    since = PlanReview.of(plan).changes_since
    facts: dict[str, object] = {
        "title": title,
        "recap": recap.removeprefix(f"{title}: "),
        "plan": plan,
        "links": pairs,
        "tallies": tallies(found for _, found in pairs),
        "causes": [group for group in group_rows(rows) if not group.cause.is_quiet],
        "findings": group_findings(plan.findings),
        "changes_since": (heading(since), list(change_lines(since))) if since else None,
        "digest": None,
        "journal": None,
        "refusals": (),
        "forecasts": (),
        "failure": None,
    }
    return page("run.html", **facts | more)
