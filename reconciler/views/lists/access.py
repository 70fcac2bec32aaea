"""Access of links: the list that `access` prints, and the cells that other lists add.

Verdicts are written as in JSON. A text says that a role is on Microsoft's list, never that a link
earns credit.
"""

from collections.abc import Iterator

from reconciler.core.access.values import AccessVerdict, Covered
from reconciler.core.plan import Plan
from reconciler.core.text import visible
from reconciler.views.csv import ACCESS_COLUMNS, access_cells, sheet
from reconciler.views.markdown.escape import code, escape, lines_of, table
from reconciler.views.markdown.plan import note_sections
from reconciler.views.rows import Row, plan_rows
from reconciler.views.summary import access_sentence
from reconciler.views.terminal.causes import changes_since_lines, finding_lines, problem_lines
from reconciler.views.terminal.layout import FIXED, NAME, Cell, Page, text_column

_HEADING = ("tenant", "identity", "partner ID", "access", "what was found")

_ROLE_COLUMNS = (
    *("tenant", "tenant_id", "identity", "object_id", "observed_state", "observed_partner_id"),
    *ACCESS_COLUMNS,
    *("access_roles", "access_subscriptions", "access_complete", "covered_by"),
)

_STYLES = {
    AccessVerdict.ELIGIBLE: "good",
    AccessVerdict.PROBABLY: "change",
    AccessVerdict.CANNOT_TELL: "warn",
    AccessVerdict.NONE: "alarm",
}


def render_table(plan: Plan, page: Page) -> str:
    """Render one line for each link and each covered customer, then findings and the summary."""
    rows = plan_rows(plan)
    cells = [[Cell(word.upper(), "strong") for word in _HEADING]]
    for tenant, identity, partner, verdict, found in _lines(rows):
        cells.append(
            [
                Cell(visible(tenant), "strong"),
                Cell(visible(identity)),
                Cell(visible(partner)),
                Cell(verdict or "-", _STYLES[verdict] if verdict else "quiet"),
                Cell(visible(found)),
            ]
        )
    columns = (NAME, NAME, FIXED, FIXED, text_column(14))
    lines = [line for lines in page.table(cells, columns) for line in lines]
    for said in _workload_notes(rows):
        lines += ["", *page.note(said, lead="  ")]
    lines += problem_lines(page, rows)
    lines += finding_lines(page, plan.findings, "--format json lists all")
    lines += changes_since_lines(page, plan)
    return lines_of([*lines, "", *page.note(access_sentence(plan), style="strong")])


def render_markdown(plan: Plan) -> str:
    """Render the list as a Markdown table, then what needs attention and the findings."""
    rows = plan_rows(plan)
    cells = [
        [escape(tenant), escape(identity), code(partner), verdict or "", escape(found)]
        for tenant, identity, partner, verdict, found in _lines(rows)
    ]
    head = ["## pal-reconcile access", "", f"**{escape(access_sentence(plan))}**", ""]
    notes = [[escape(said)] for said in _workload_notes(rows)]
    sections = [*notes, *filter(None, note_sections(rows, plan.findings, None))]
    after = [line for section in sections for line in ("", *section)]
    return lines_of([*head, *table(_HEADING, cells), *after])


def render_csv(plan: Plan) -> str:
    """Render one row for each link and each covered customer."""
    return sheet(_ROLE_COLUMNS, _csv_rows(plan))


def _lines(rows: list[Row]) -> Iterator[tuple[str, str, str, AccessVerdict | None, str]]:
    """Yield tenant, identity, partner ID or state, verdict, and what was found."""
    for row in rows:
        seen, access = row.observed, row.access
        partner = (seen.partner_id if seen else None) or row.state
        found = access.message if access else (row.problem.code if row.problem else "")
        yield row.tenant, row.identity, partner, access.verdict if access else None, found
        for each in access.covers if access else ():
            yield each.tenant, row.identity, partner, each.verdict, _covered(row, each)


def _workload_notes(rows: list[Row]) -> Iterator[str]:
    """Yield what has to be known about the verdicts of a workload, each once."""
    notes = dict.fromkeys(row.access.note for row in rows if row.access and row.access.note)
    yield from (f"{text}." for text in notes)


def _covered(row: Row, covered: Covered) -> str:
    return f"covered by {row.tenant}: {covered.reason}"


def _csv_rows(plan: Plan) -> Iterator[list[object]]:
    for row in plan_rows(plan):
        seen, access = row.observed, row.access
        link = [
            row.identity,
            *([seen.object_id, seen.state, seen.partner_id] if seen else [""] * 3),
        ]
        roles = dict.fromkeys(each.role for each in access.assignments) if access else ()
        yield [
            *(row.tenant, row.tenant_id),
            *link,
            *access_cells(access),
            ";".join(roles),
            *((access.subscriptions, str(access.complete).lower()) if access else (None, None)),
            None,
        ]
        for each in access.covers if access else ():
            checked = [each.verdict, each.reason, None, None, None]
            yield [each.tenant, each.tenant_id, *link, *checked, None, None, None, row.tenant]
