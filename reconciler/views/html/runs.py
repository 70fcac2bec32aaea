"""Pages of `plan`, `apply` and `show`: the summary, what needs attention, and every link."""

from collections.abc import Callable, Sequence

from reconciler.core.plan import Plan, Report
from reconciler.core.plan_json import digest, plan_data
from reconciler.core.plan_review import PlanReview
from reconciler.views.changes_since import change_lines, heading
from reconciler.views.grouping import attention_groups, group_findings
from reconciler.views.html.badges import Badge, by_urgency, health, planned, result, tallies
from reconciler.views.html.pages import page
from reconciler.views.rows import Row, plan_rows, refusal_sentence, report_rows
from reconciler.views.summary import inventory_summary, plan_summary, report_summary


def render_plan(plan: Plan) -> str:
    """Render the planned changes, and the guards that would refuse them."""
    return _page(
        "Plan",
        plan_summary(plan),
        plan,
        plan_rows(plan),
        planned,
        digest=digest(plan_data(plan)),
        forecasts=PlanReview.of(plan).forecasts,
    )


def render_report(report: Report) -> str:
    """Render the outcome of each planned change."""
    return _page(
        "Apply",
        report_summary(report),
        report.plan,
        report_rows(report),
        result,
        digest=digest(plan_data(report.plan)),
        journal=report.journal,
        refusals=[refusal_sentence(refusal) for refusal in report.refusals],
        failure=report.failure,
        findings=group_findings(report.findings),
    )


def render_inventory(plan: Plan) -> str:
    """Render every link as it was observed."""
    return _page("Inventory", inventory_summary(plan), plan, plan_rows(plan), health)


def _page(
    title: str,
    summary: str,
    plan: Plan,
    rows: Sequence[Row],
    badge_of: Callable[[Row], Badge],
    **more: object,
) -> str:
    text = summary.removeprefix(f"{title}: ")
    pairs = by_urgency((row, badge_of(row)) for row in rows)
    since = PlanReview.of(plan).changes_since
    facts: dict[str, object] = {
        "title": title,
        "summary": text[:1].upper() + text[1:],
        "plan": plan,
        "links": pairs,
        "tallies": tallies(badge for _, badge in pairs),
        "causes": attention_groups(rows),
        "findings": group_findings(plan.findings),
        "changes_since": (heading(since), list(change_lines(since))) if since else None,
        "digest": None,
        "journal": None,
        "refusals": (),
        "forecasts": (),
        "failure": None,
    }
    return page("run.html", **facts | more)
