"""The facts as CSV, for spreadsheets: a heading, then one row a link, in the file's order.

The columns are part of the public face: new ones are added at the end. Rows end with a newline
alone, and a cell never holds one: a control character in a name is written as an escape, so a line
is a link for `grep` and `wc` too. The text is UTF-8 without a byte order mark.
"""

import csv
import re
from collections.abc import Iterable
from io import StringIO

from reconciler.core.history.changes_since import LinkChange
from reconciler.core.plan import Plan, Report
from reconciler.core.plan_json import iso
from reconciler.core.plan_review import PlanReview
from reconciler.core.text import visible
from reconciler.views.rows import Row, plan_rows, report_rows

COLUMNS = (
    "tenant",
    "tenant_id",
    "identity",
    "object_id",
    "tags",
    "wanted_state",
    "wanted_partner_id",
    "observed_state",
    "observed_partner_id",
    "observed_partner_name",
    "version",
    "updated_at",
    "action",
    "reason",
    "problem_code",
    "problem_message",
    "problem_hint",
)
"""The first columns of every sheet of links; `tags` are separated by a blank."""

NEWS_COLUMNS = ("news", "news_since", "news_nights")

INVENTORY_COLUMNS = (
    *COLUMNS,
    *("linked_since", "verified_at", "last_partner_id", "expires_on", "covers"),
)
"""`covers` are separated by semicolons: names hold blanks."""

REPORT_COLUMNS = (*COLUMNS, "outcome", "correlation_id")

_FORMULA = re.compile("[\\s\x00-\x20\x7f-\xa0\u200b-\u200f\ufeff]*[-=+@\uff0d\uff1d\uff0b\uff20]")
"""What starts a formula in a spreadsheet: four characters, or the full-width forms that some
locales accept, behind any blanks and controls that it may drop."""


def render_plan(plan: Plan) -> str:
    """The plan, one row a link; with what is new of it, where that was asked for."""
    since = PlanReview.of(plan).changes_since
    if since is None:
        return sheet(COLUMNS, (_cells(row) for row in plan_rows(plan)))
    changes_since = {item.observation.key: item for item in since.items}
    return sheet(
        (*COLUMNS, *NEWS_COLUMNS),
        (
            [*_cells(row), *_news_cells(changes_since.get((row.tenant, row.identity)))]
            for row in plan_rows(plan)
        ),
    )


def render_report(report: Report) -> str:
    """The report, one row a link, with its outcome."""
    results = report.results
    return sheet(
        REPORT_COLUMNS,
        (
            [*_cells(row), row.outcome, result.correlation_id]
            for row, result in zip(report_rows(report), results, strict=True)
        ),
    )


def render_inventory(plan: Plan) -> str:
    """The inventory: the same links, with what is known of them besides."""
    return sheet(INVENTORY_COLUMNS, ([*_cells(row), *_known_cells(row)] for row in plan_rows(plan)))


def sheet(columns: tuple[str, ...], rows: Iterable[list[object]]) -> str:
    """A heading and its rows; every cell is made safe."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue()


def safe_cell(value: object) -> str:
    """The value as one line that no spreadsheet takes for a formula; None is an empty cell."""
    text = "" if value is None else str(value)
    return f"'{visible(text)}" if _FORMULA.match(text) else visible(text)


def _news_cells(item: LinkChange | None) -> list[object]:
    return [item.word.value, iso(item.since), item.nights] if item else [None] * 3


def _known_cells(row: Row) -> list[object]:
    known = row.known
    return [
        iso(known.linked_since) if known.linked_since else None,
        iso(known.verified_at) if known.verified_at else None,
        known.last_partner_id,
        known.expires_on,
        ";".join(row.change.wanted.covers),
    ]


def _cells(row: Row) -> list[object]:
    wanted, seen, problem = row.change.wanted, row.observed, row.problem
    return [
        row.tenant,
        row.tenant_id,
        row.identity,
        seen.object_id if seen else wanted.place.object_id,
        " ".join(wanted.tags),
        wanted.state.value,
        wanted.partner_id,
        *(
            (seen.state.value, seen.partner_id, seen.partner_name, seen.version, seen.updated_at)
            if seen
            else (None,) * 5
        ),
        row.action.value,
        row.change.reason,
        *((problem.code, problem.message, problem.hint) if problem else (None,) * 3),
    ]
