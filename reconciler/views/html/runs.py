"""Pages of `plan`, `apply` and `show`: the changes, the problems, the findings, and every link."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from reconciler.core.access.link_access import has_access
from reconciler.core.links import WRITES
from reconciler.core.plan import Plan, Report
from reconciler.core.plan_json import digest, plan_data
from reconciler.core.plan_review import PlanReview
from reconciler.views.changes_since import change_lines, changes_of, heading
from reconciler.views.html.actions import by_actor, finding_cards, problem_cards
from reconciler.views.html.badges import Badge, by_urgency, health, planned, result
from reconciler.views.html.link_index import LinkIndex
from reconciler.views.html.link_table import RowGroup, is_not_counted, link_table
from reconciler.views.html.overview import NOT_COUNTED
from reconciler.views.html.pages import page
from reconciler.views.html.scope import scope_of
from reconciler.views.rows import Row, plan_rows, refusal_sentence, report_rows
from reconciler.views.summary import inventory_summary, plan_summary, report_summary

MOST_CHANGES = 25
"""How many changes the first section lists; the table of all links has the others."""

CHANGES = "changes"


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
        replace(report.plan, findings=report.findings),
        report_rows(report),
        result,
        digest=digest(plan_data(report.plan)),
        journal=report.journal,
        refusals=[refusal_sentence(refusal) for refusal in report.refusals],
        failure=report.failure,
    )


def render_inventory(plan: Plan) -> str:
    """Render every link as it was observed."""
    return _page(
        "Inventory", inventory_summary(plan), plan, plan_rows(plan), health, has_changes=False
    )


def _page(
    title: str,
    summary: str,
    plan: Plan,
    rows: Sequence[Row],
    badge_of: Callable[[Row], Badge],
    *,
    has_changes: bool = True,
    **more: object,
) -> str:
    text = _without_zeros(summary.removeprefix(f"{title}: "))
    pairs = [(row, badge_of(row)) for row in rows]
    index = LinkIndex(rows)
    problems, findings = problem_cards(rows, index), finding_cards(plan.findings, index)
    written = by_urgency(pair for pair in pairs if has_changes and pair[0].action in WRITES)
    not_counted = frozenset(row.key for row in rows if is_not_counted(row))
    groups = [
        RowGroup(CHANGES, "changes", frozenset(row.key for row, _ in written)),
        *(
            RowGroup(card.id, card.title, card.rows, is_card=True, own=card.own)
            for card in problems + findings
        ),
        RowGroup(NOT_COUNTED, "linked, no role that counts", not_counted),
    ]
    since = changes_of(plan)
    scope = scope_of(plan)
    facts: dict[str, object] = {
        "title": title,
        "page_title": f"{title} · {scope.title}",
        "scope": scope,
        "summary": text[:1].upper() + text[1:],
        "plan": plan,
        "changes": written[:MOST_CHANGES],
        "changes_left_out": max(0, len(written) - MOST_CHANGES),
        "problems": by_actor(problems),
        "findings": by_actor(findings),
        "not_counted": len(not_counted) if has_access(plan.changes) else None,
        "table": link_table(pairs, {}, [group for group in groups if group.keys]),
        "changes_since": (heading(since), list(change_lines(since))) if since else None,
        "digest": None,
        "journal": None,
        "refusals": (),
        "forecasts": (),
        "failure": None,
    }
    return page("run.html", **facts | more)


def _without_zeros(summary: str) -> str:
    """The summary without the kinds of changes of which there are none."""
    clauses = (
        ", ".join(part for part in clause.split(", ") if not part.startswith("0 to "))
        for clause in summary.split("; ")
    )
    return "; ".join(filter(None, clauses))
