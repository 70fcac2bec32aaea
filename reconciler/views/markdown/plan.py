"""GitHub Markdown of plans, reports and inventories, made for pull request comments.

A comment holds 65,536 characters, so long lists are collapsed, and cut with a remark when the
comment would not fit. The inventory is a document and is never cut.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from reconciler.core.findings import Finding
from reconciler.core.inventory.inventory import roles_as_of
from reconciler.core.links import WRITES, Action
from reconciler.core.plan import Plan, Report, count_actions, count_outcomes
from reconciler.core.plan_json import digest, iso, plan_data
from reconciler.core.plan_review import PlanReview
from reconciler.views.changes_since import change_lines, changes_of, heading
from reconciler.views.grouping import (
    CauseGroup,
    attention_groups,
    group_findings,
    group_rows,
    member_label,
)
from reconciler.views.markdown.escape import code, escape, folded, limited, table
from reconciler.views.markdown.inventory_table import inventory_table
from reconciler.views.markdown.sign_in_note import folders_section, people_section, without_folder
from reconciler.views.rows import QUIET, Cause, Row, is_not_read, plan_rows, report_rows
from reconciler.views.summary import inventory_summary, plan_summary, report_summary

LONG = 25
"""Longer lists are collapsed behind a summary."""

_CHANGES_CHARS = 30_000
"""Limit of the changes together with what people are asked to do."""

_PEOPLE_CHARS = 14_000
_LIST_CHARS = 6_500
"""Limit of each of the other lists, of which there are at most five."""


def render_plan(plan: Plan) -> str:
    """Render the plan as a comment: summary, changes, problems, and the plan's digest."""
    rows = plan_rows(plan)
    folders = PlanReview.of(plan).folders
    people = folders_section(folders, _PEOPLE_CHARS) or people_section(rows, _PEOPLE_CHARS)
    counts = count_actions(plan.changes)
    not_read = sum(is_not_read(change.problem) for change in plan.changes)
    counts["unreadable"] = counts.pop(Action.UNKNOWN) - not_read
    counts |= {"not read": not_read, "in sync": counts.pop(Action.NONE)}
    counts |= {action: counts.pop(action) for action in Action if action in QUIET}
    return _text(
        _head("plan", plan_summary(plan)),
        _counts(counts),
        _changes(rows, _CHANGES_CHARS - sum(map(len, people)), has_outcomes=False),
        people,
        *note_sections(without_folder(rows, folders), plan.findings, _LIST_CHARS),
        _forecasts(plan),
        _left_alone(rows),
        _changes_since(plan),
        _footer(plan),
    )


def render_report(report: Report) -> str:
    """Render the report as a comment: the outcome of each change, and its reason."""
    rows = report_rows(report)
    return _text(
        _head("apply", report_summary(report)),
        _counts(count_outcomes(report.results)),
        _changes(rows, _CHANGES_CHARS, has_outcomes=True),
        *note_sections(rows, report.findings, _LIST_CHARS),
        _left_alone(rows),
        _refusals(report),
        _footer(report.plan, report.journal),
    )


def render_inventory(plan: Plan) -> str:
    """Render every link as it was observed."""
    rows = plan_rows(plan)
    return _text(
        _head("inventory", inventory_summary(plan)),
        inventory_table(rows, has_access=roles_as_of(plan) is not None),
        *note_sections(rows, plan.findings, None),
        _changes_since(plan),
        [_read(plan)],
    )


def _text(*blocks: Sequence[str]) -> str:
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _head(word: str, summary: str) -> list[str]:
    return [f"## pal-reconcile {word}", "", f"**{summary}**"]


def _footer(plan: Plan, journal: str | None = None) -> list[str]:
    return [
        f"Plan digest: {code(digest(plan_data(plan)))}<br>",
        f"File digest: {code(plan.config_digest)}<br>",
        *([f"Journal ends with: {code(journal)}<br>"] if journal else []),
        _read(plan),
    ]


def _read(plan: Plan) -> str:
    return f"Read at {iso(plan.created_at)} by pal-reconcile {code(plan.tool_version)}"


def _counts(counts: Mapping[str, int]) -> list[str]:
    kept = {word: n for word, n in counts.items() if n}
    return table(list(kept), [[str(n) for n in kept.values()]]) if kept else []


def _changes(rows: Sequence[Row], limit: int, *, has_outcomes: bool) -> list[str]:
    cells = [
        [
            f"`{row.symbol}`",
            *([row.word] if has_outcomes else []),
            _tenant(row),
            *map(escape, (row.identity, row.before, row.after)),
        ]
        for row in rows
        if row.action in WRITES
    ]
    columns = ("", *(["outcome"] if has_outcomes else []), "tenant", "identity", "from", "to")
    head, rule, *lines = table(columns, cells)
    return _section("Changes", lines, limit, (head, rule))


def _tenant(row: Row) -> str:
    """Return the tenant's name, and its GUID where the file names it by a domain."""
    found = f" {code(row.found_tenant_id)}" if row.found_tenant_id else ""
    return escape(row.tenant) + found


def note_sections(
    rows: Sequence[Row], findings: Sequence[Finding], limit: int | None
) -> Iterator[list[str]]:
    """Yield the problems and the findings."""
    yield _section("Needs attention", _items(attention_groups(rows)), limit)
    yield _section("Findings", _items(group_findings(findings)), limit)


def _left_alone(rows: Sequence[Row]) -> list[str]:
    quiet = [group for group in group_rows(rows) if group.cause.is_quiet]
    return _section("Held, attested and unmanaged", _items(quiet), _LIST_CHARS)


def _changes_since(plan: Plan) -> list[str]:
    since = changes_of(plan)
    if not since:
        return []
    lines = [f"- {escape(line)}" for line in change_lines(since)]
    return _section(escape(heading(since)), lines, _LIST_CHARS)


def _forecasts(plan: Plan) -> list[str]:
    """Return the guards that would refuse these changes, by the command they would stop."""
    lines = [
        f"- {code(forecast.command)}, {code(refusal.guard)}: {escape(refusal.message)}"
        for forecast in PlanReview.of(plan).forecasts
        for refusal in forecast.refusals
    ]
    return _section("Would be refused", lines, _LIST_CHARS)


def _refusals(report: Report) -> list[str]:
    lines = [f"- {code(each.guard)}: {escape(each.message)}" for each in report.refusals]
    if report.failure:
        lines.append(f"- **The run failed**: {escape(report.failure)}")
    return _section("Refused" if report.refusals else "Failed", lines, _LIST_CHARS)


def _section(
    title: str, lines: Iterable[str], limit: int | None, head: Sequence[str] = ()
) -> list[str]:
    kept, left_out = limited(lines, limit)
    if not (kept or left_out):
        return []
    body = [*head, *kept]
    if left_out:
        body += ["", f"… and {left_out} more that do not fit into a comment: see `--format csv`."]
    if len(kept) > LONG:
        body = folded(body, f"{len(kept) + left_out} lines")
    return [f"### {title}", "", *body]


def _items(groups: Iterable[CauseGroup]) -> Iterator[str]:
    for group in groups:
        if group.is_said_once:
            yield _item(group.counted, "", group.cause, group.named())
            continue
        for cause, member in group.entries:
            word = "" if group.is_finding or cause.is_quiet else cause.label
            yield _item(member_label(member), word, cause)


def _item(lead: str, word: str, cause: Cause, names: str = "") -> str:
    known = code(cause.code) if cause.code != cause.label else ""
    head = " ".join(filter(None, (f"**{escape(lead.strip())}**" if lead else "", word, known)))
    parts = [f"- {head}: {escape(cause.message)}"]
    if cause.hint:
        parts.append(f"→ {escape(cause.hint)}")
    if cause.correlation_id:
        parts.append(f"correlation ID {code(cause.correlation_id)}")
    if names:
        parts.append(escape(names))
    return "<br>".join(parts)
