"""The facts for people at a terminal: a list that reads like a diff, and a line that sums it up.

Shown: every change, everything that needs somebody, and quietly what is left alone on purpose.
Links in sync are counted. It says that a link is in place, never that it earns anything.
"""

from collections.abc import Iterator, Sequence

from reconciler.core.links import Action
from reconciler.core.plan import Plan, Report
from reconciler.core.plan_review import PlanReview
from reconciler.core.text import visible
from reconciler.views.grouping import Key, group_rows, key_of, why
from reconciler.views.news import heading, news_lines
from reconciler.views.notes import serves
from reconciler.views.rows import QUIET, Row, plan_rows, report_rows
from reconciler.views.summary import inventory_summary, plan_summary, report_summary
from reconciler.views.terminal.causes import (
    INDENT,
    cause_lines,
    finding_lines,
    group_lines,
    problem_lines,
)
from reconciler.views.terminal.inventory import inventory_lines
from reconciler.views.terminal.layout import Cell, Page

_STYLES = {
    Action.CREATE: "good",
    Action.UPDATE: "change",
    Action.REMOVE: "remove",
    Action.CONFLICT: "warn",
    Action.UNKNOWN: "alarm",
}

_WORDS = {"applied": "good", "already": "good", "failed": "alarm", "unreadable": "alarm"}

_LEAST = (0, 10, 10, 24)
"""How narrow symbol, tenant, identity and change may become; 0: never folded."""


def render_plan(plan: Plan, *, width: int, color: bool) -> str:
    """The plan as a diff. `width` is the terminal's, in columns."""
    page = Page(width, color)
    rows = plan_rows(plan)
    lines = _listed(page, rows, has_words=False)
    lines += _served(page, rows)
    lines += finding_lines(page, plan.findings)
    lines += _forecasts(page, plan)
    lines += _changes_since(page, plan)
    return _text(page, lines, plan_summary(plan))


def render_report(report: Report, *, width: int, color: bool) -> str:
    """What became of each change, with the reasons of those that failed.

    The plan stands above it: what that said of conflicts, unreadable links and findings is counted
    here and not said twice.
    """
    page = Page(width, color)
    lines = _listed(page, [row for row in report_rows(report) if row.outcome], has_words=True)
    changes_since = [finding for finding in report.findings if finding not in report.plan.findings]
    lines += finding_lines(page, changes_since)
    lines += _run_lines(page, report)
    return _text(page, lines, report_summary(report))


def render_inventory(plan: Plan, *, width: int, color: bool) -> str:
    """Every link as it was observed, with those in sync."""
    page = Page(width, color)
    rows = plan_rows(plan)
    lines = list(inventory_lines(page, rows))
    lines += problem_lines(page, rows)
    lines += finding_lines(page, plan.findings)
    return _text(page, lines, inventory_summary(plan))


def _text(page: Page, lines: Sequence[str], recap: str) -> str:
    """The recap stays one line however narrow the page: people and scripts search for it."""
    run_summary = [*([""] if lines else []), page.paint(recap, "strong")]
    return "\n".join([*lines, *run_summary]) + "\n"


def _listed(page: Page, rows: Sequence[Row], *, has_words: bool) -> list[str]:
    """A line or more for each link out of sync; causes that many share come once, at the end."""
    groups = [group for group in group_rows(rows) if group.is_large]
    grouped = {key_of(group.cause) for group in groups}
    single = [row for row in rows if not row.is_in_sync and _key(row) not in grouped]
    cells = [_cells(row, has_words=has_words) for row in single]
    widths = page.fit(cells, (0, *_LEAST) if has_words else _LEAST)
    lines: list[str] = []
    for row, line in zip(single, cells, strict=True):
        lines += page.row(line, widths)
        if row.found_tenant_id:
            found = f"{row.change.place.directory} is tenant {row.found_tenant_id}"
            lines += page.note(visible(found), lead=INDENT, style="quiet")
        if row.cause:
            lines += cause_lines(page, row.cause)
    return lines + [line for group in groups for line in group_lines(page, group)]


def _served(page: Page, rows: Sequence[Row]) -> Iterator[str]:
    """Whom the links in our own tenant serve: those customers have no line of their own."""
    covering = [row for row in rows if row.change.wanted.covers]
    if covering:
        yield from ("", page.paint("Covered:", "strong"))
    for row in covering:
        yield from page.note(visible(f"{row.tenant} / {row.identity} {serves(row)}"), lead="  ")


def _forecasts(page: Page, plan: Plan) -> Iterator[str]:
    """The guards that would refuse these changes, one a line, under the command they stop."""
    for forecast in PlanReview.of(plan).forecasts:
        yield from ("", page.paint(f"{forecast.command} would be refused:", "warn"))
        for refusal in forecast.refusals:
            text = visible(f"{refusal.guard}: {refusal.message}")
            yield from page.note(text, lead="  ")


def _changes_since(page: Page, plan: Plan) -> Iterator[str]:
    since = PlanReview.of(plan).changes_since
    if since:
        yield from ("", page.paint(f"{heading(since)}:", "strong"))
        for line in news_lines(since):
            yield from page.note(visible(line), lead="  ")


def _key(row: Row) -> Key | None:
    cause = why(row)
    return key_of(cause) if cause else None


def _cells(row: Row, *, has_words: bool) -> list[Cell]:
    style = "quiet" if row.action in QUIET else ""
    word = [Cell(row.word, _WORDS.get(row.word, style or "warn"))] if has_words else []
    return [
        Cell(row.symbol, _STYLES.get(row.action, "quiet")),
        *word,
        Cell(visible(row.tenant), style or "strong"),
        Cell(visible(row.identity), style),
        Cell(visible(_change(row)), style),
    ]


def _change(row: Row) -> str:
    if (cause := why(row)) and cause.is_quiet:
        return cause.message
    if row.action in (Action.CONFLICT, Action.UNKNOWN):
        return f"{row.before}, wanted {row.after}" if row.after else row.before
    return f"{row.before} → {row.after}"


def _run_lines(page: Page, report: Report) -> Iterator[str]:
    """What concerns the run as a whole: why it was stopped, and where its journal ends."""
    texts = [f"Refused by {refusal.guard}: {refusal.message}" for refusal in report.refusals]
    if report.failure:
        texts.append(f"The run failed: {report.failure}")
    if texts:
        yield ""
    for text in texts:
        yield from page.note(visible(text), style="alarm")
    if report.journal:
        yield ""
        yield page.paint(visible(f"Journal ends with {report.journal}"), "quiet")
