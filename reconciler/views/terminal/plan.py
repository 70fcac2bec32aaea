"""Terminal output of plans, reports and inventories: a list like a diff, and a summary line.

Listed are changes, problems, and links that the file leaves alone. Links in sync are counted.
The text says that a link is in place, never that it earns credit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.core.links import Action
from reconciler.core.plan import Plan, Report
from reconciler.core.plan_review import PlanReview
from reconciler.core.text import visible
from reconciler.views.grouping import group_rows, named, why
from reconciler.views.notes import serves
from reconciler.views.rows import QUIET, Row, plan_rows, refusal_sentence, report_rows
from reconciler.views.summary import inventory_summary, plan_summary, report_summary
from reconciler.views.terminal.causes import (
    FULL,
    INDENT,
    cause_lines,
    changes_since_lines,
    correlation_lines,
    finding_lines,
    group_lines,
    problem_lines,
)
from reconciler.views.terminal.inventory import inventory_lines
from reconciler.views.terminal.layout import FIXED, NAME, Cell, Page, text_column, with_summary
from reconciler.views.terminal.shortening import shorten

_STYLES = {
    Action.CREATE: "good",
    Action.UPDATE: "change",
    Action.REMOVE: "remove",
    Action.CONFLICT: "warn",
    Action.UNKNOWN: "alarm",
}

_WORDS = {"applied": "good", "already": "good", "failed": "alarm", "unreadable": "alarm"}

_COLUMNS = (FIXED, NAME, NAME, text_column())

MANY_CHANGES = 50
"""Up to this many equal changes have a line each; more are shown as one group."""

_SIDE = 60
"""On a terminal, how wide one side of a change may be: a partner ID and Azure's name for it."""


def render_plan(plan: Plan, page: Page) -> str:
    """Render the plan as a list of differences."""
    rows = plan_rows(plan)
    lines = _listed(page, rows, has_words=False)
    lines += _served(page, rows)
    lines += finding_lines(page, plan.findings)
    lines += _forecasts(page, plan)
    lines += changes_since_lines(page, plan)
    return with_summary(page, lines, plan_summary(plan))


def render_report(report: Report, page: Page) -> str:
    """Render the outcome of each change.

    The plan was printed before it, so its conflicts, unreadable links and findings are left out.
    """
    lines = _listed(page, [row for row in report_rows(report) if row.outcome], has_words=True)
    lines += finding_lines(page, [f for f in report.findings if f not in report.plan.findings])
    lines += _run_lines(page, report)
    return with_summary(page, lines, report_summary(report))


def render_inventory(plan: Plan, page: Page) -> str:
    """Render every link as it was observed, also those in sync."""
    rows = plan_rows(plan)
    lines = list(inventory_lines(page, rows))
    lines += problem_lines(page, rows)
    lines += finding_lines(page, plan.findings, "--format json lists all")
    lines += changes_since_lines(page, plan)
    return with_summary(page, lines, inventory_summary(plan))


def _listed(page: Page, rows: Sequence[Row], *, has_words: bool) -> list[str]:
    """Return the links that are not in sync: changes, then links left alone, then problems.

    Links with an equal change or cause that are too many for a line each follow as one group.
    """
    blocks = [*_change_blocks(page, rows), *_cause_blocks(page, rows)]
    cells = [_cells(page, row, has_words=has_words) for block in blocks for row in block.rows]
    shown = page.table(cells, (FIXED, *_COLUMNS) if has_words else _COLUMNS)
    lines: list[str] = []
    for block in blocks:
        for row in block.rows:
            lines += next(shown)
            lines += _row_notes(page, row, has_own_cause=block.has_own_causes)
        lines += block.after
    return lines


@dataclass(frozen=True, slots=True)
class _Block:
    """Links with a line each, and the lines that follow them.

    has_own_causes  whether each link is followed by its own cause
    """

    rows: tuple[Row, ...]
    after: tuple[str, ...] = ()
    has_own_causes: bool = False


def _change_blocks(page: Page, rows: Sequence[Row]) -> Iterator[_Block]:
    """Yield the changes in file order; equal changes that are many are one group."""
    alike: dict[tuple[str, ...], list[Row]] = {}
    changes = [row for row in rows if not row.is_in_sync and why(row) is None]
    for row in changes:
        alike.setdefault((row.action, row.word, row.before, row.after), []).append(row)
    many = {} if page.is_full else {k: v for k, v in alike.items() if len(v) > MANY_CHANGES}
    for row in changes:
        if (row.action, row.word, row.before, row.after) not in many:
            yield _Block((row,))
    for same in many.values():
        yield _Block((), tuple(_alike_lines(page, same)))


def _alike_lines(page: Page, same: Sequence[Row]) -> Iterator[str]:
    """Yield one line for many equal changes, and the first of the links."""
    row = same[0]
    word = f"to {row.action.value}" if row.outcome is None else row.word
    cells = [
        Cell(row.symbol, _STYLES.get(row.action, "quiet")),
        Cell(f"{len(same)} {word}: {_change(page, row)}", "strong"),
    ]
    for lines in page.table([cells], (FIXED, text_column())):
        yield from lines
    names = named([each.key for each in same], FULL)
    yield from page.note(visible(names), lead=INDENT, style="quiet")


def _cause_blocks(page: Page, rows: Sequence[Row]) -> Iterator[_Block]:
    """Yield what the file leaves alone, then what needs attention: each shared cause once."""
    by_key = {row.key: row for row in rows}
    groups = sorted(group_rows(rows), key=lambda group: not group.cause.is_quiet)
    for group in groups:
        if group.is_large and not (page.is_full and group.cause.is_quiet):
            yield _Block((), tuple(group_lines(page, group)))
            continue
        members = tuple(by_key[member] for member in group.members)
        is_shared = group.is_said_once and not group.cause.is_quiet
        after = tuple(cause_lines(page, group.cause)) if is_shared else ()
        yield _Block(members, after, has_own_causes=not is_shared)


def _row_notes(page: Page, row: Row, *, has_own_cause: bool) -> Iterator[str]:
    """Yield what belongs to one link alone: its GUID, and its cause or correlation ID."""
    if row.found_tenant_id:
        found = f"{row.change.place.directory} is tenant {row.found_tenant_id}"
        yield from page.note(visible(found), lead=INDENT, style="quiet")
    if row.cause and has_own_cause:
        yield from cause_lines(page, row.cause)
    elif row.cause:
        yield from correlation_lines(page, row.cause.correlation_id)


def _served(page: Page, rows: Sequence[Row]) -> Iterator[str]:
    """Yield the customers that links in the partner's own tenant serve."""
    covering = [row for row in rows if row.change.wanted.covers]
    if covering:
        yield from ("", page.paint("Covered:", "strong"))
    for row in covering:
        yield from page.note(visible(f"{row.tenant} / {row.identity} {serves(row)}"), lead="  ")


def _forecasts(page: Page, plan: Plan) -> Iterator[str]:
    """Yield the guards that would refuse these changes, by the command that they would stop."""
    for forecast in PlanReview.of(plan).forecasts:
        yield from ("", page.paint(f"{forecast.command} would be refused:", "warn"))
        for refusal in forecast.refusals:
            text = visible(f"{refusal.guard}: {refusal.message}")
            yield from page.note(text, lead="  ")


def _cells(page: Page, row: Row, *, has_words: bool) -> list[Cell]:
    style = "quiet" if row.action in QUIET else ""
    word = [Cell(row.word, _WORDS.get(row.word, style or "warn"))] if has_words else []
    return [
        Cell(row.symbol, _STYLES.get(row.action, "quiet")),
        *word,
        Cell(visible(row.tenant), style or "strong"),
        Cell(visible(row.identity), style),
        Cell(_change(page, row), style),
    ]


def _change(page: Page, row: Row) -> str:
    if (cause := why(row)) and cause.is_quiet:
        return visible(cause.message)
    before, after = visible(row.before), visible(row.after)
    if not page.is_pipe:
        before, after = shorten(before, _SIDE), shorten(after, _SIDE)
    if row.action in (Action.CONFLICT, Action.UNKNOWN):
        return f"{before}, wanted {after}" if after else before
    return f"{before} → {after}"


def _run_lines(page: Page, report: Report) -> Iterator[str]:
    """Yield what concerns the whole run: refusals, its failure, and the end of its journal."""
    texts = [refusal_sentence(refusal) for refusal in report.refusals]
    if report.failure:
        texts.append(f"The run failed: {report.failure}")
    if texts:
        yield ""
    for text in texts:
        yield from page.note(visible(text), style="alarm")
    if report.journal:
        yield ""
        yield page.paint(visible(f"Journal ends with {report.journal}"), "quiet")
