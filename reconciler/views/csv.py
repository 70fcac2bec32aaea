"""CSV of plans, reports and inventories: a heading, then one row for each link in file order.

The columns are part of the public interface: new ones are added at the end. Rows end with a newline
alone. A cell never holds one, because control characters are written as escapes: one line is one
link, also for `grep` and `wc`. The text is UTF-8 without a byte order mark.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO

from reconciler.core.access.link_access import access_of
from reconciler.core.access.values import Access
from reconciler.core.history.changes_since import LinkChange
from reconciler.core.inventory.inventory import Known, known_about, roles_as_of
from reconciler.core.links import Change
from reconciler.core.plan import Plan, Report
from reconciler.core.plan_json import Data, iso, link_data
from reconciler.core.plan_review import PlanReview
from reconciler.core.text import visible

COLUMNS = (
    *("tenant", "tenant_id", "identity", "object_id", "tags", "wanted_state", "wanted_partner_id"),
    *("observed_state", "observed_partner_id", "observed_partner_name", "version", "updated_at"),
    *("action", "reason", "problem_code", "problem_message", "problem_hint"),
)
"""The first columns of plans, reports and inventories; `tags` are separated by blanks."""

CHANGE_COLUMNS = ("news", "news_since", "news_nights")

INVENTORY_COLUMNS = (
    *COLUMNS,
    *("linked_since", "verified_at", "last_partner_id", "expires_on", "covers"),
)
"""`covers` are separated by semicolons: names hold blanks."""

ACCESS_COLUMNS = ("access", "access_reason", "access_message", "access_hint", "access_until")

REPORT_COLUMNS = (*COLUMNS, "outcome", "correlation_id")

_FORMULA = re.compile("[\\s\x00-\x20\x7f-\xa0\u200b-\u200f\ufeff]*[-=+@\uff0d\uff1d\uff0b\uff20]")
"""The start of a formula in a spreadsheet: four characters, or their full-width forms that some
locales accept, after any blanks and control characters, which a spreadsheet may drop."""


def render_plan(plan: Plan) -> str:
    """Render the plan, with the changes since a moment if there are any."""
    since = PlanReview.of(plan).changes_since
    if since is None:
        return sheet(COLUMNS, (_cells(_planned(change)) for change in plan.changes))
    items = {item.observation.key: item for item in since.items}
    return sheet(
        (*COLUMNS, *CHANGE_COLUMNS),
        (
            [
                *_cells(_planned(change)),
                *_change_cells(items.get(change.place.key)),
            ]
            for change in plan.changes
        ),
    )


def render_report(report: Report) -> str:
    """Render the report, with the outcome of each link."""
    return sheet(
        REPORT_COLUMNS,
        (
            [
                *_cells(link_data(result.change, result.observed, result.problem)),
                *(result.outcome, result.correlation_id),
            ]
            for result in report.results
        ),
    )


def render_inventory(plan: Plan) -> str:
    """Render the inventory: the plan's columns, and what earlier runs know about each link.

    If access was checked, its columns follow.
    """
    has_access = roles_as_of(plan) is not None
    return sheet(
        (*INVENTORY_COLUMNS, *(ACCESS_COLUMNS if has_access else ())),
        (
            [
                *_cells(_planned(change)),
                *_known_cells(known_about(plan, change)),
                ";".join(change.wanted.covers),
                *(access_cells(access_of(change)) if has_access else ()),
            ]
            for change in plan.changes
        ),
    )


def access_cells(access: Access | None) -> list[object]:
    """Return the cells of `ACCESS_COLUMNS`."""
    if access is None:
        return [None] * len(ACCESS_COLUMNS)
    until = iso(access.until) if access.until else None
    return [access.verdict, access.reason, access.full_message, access.hint, until]


def sheet(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a heading and its rows as CSV; every cell is made safe."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue()


def safe_cell(value: object) -> str:
    """Return the value as one line that no spreadsheet takes for a formula; None is empty."""
    text = "" if value is None else str(value)
    return f"'{visible(text)}" if _FORMULA.match(text) else visible(text)


def _planned(change: Change) -> Data:
    return link_data(change, change.observed, change.problem)


def _cells(link: Data) -> list[object]:
    """Flatten a link's JSON data in the order of `COLUMNS`."""
    wanted, observed, problem = link["wanted"], link["observed"] or {}, link["problem"] or {}
    return [
        *(link["tenant"], link["tenant_id"], link["identity"], link["object_id"]),
        " ".join(link["tags"]),
        *(wanted["state"], wanted["partner_id"]),
        *(
            observed.get(key)
            for key in ("state", "partner_id", "partner_name", "version", "updated_at")
        ),
        *(link["action"], link["reason"]),
        *(problem.get(key) for key in ("code", "message", "hint")),
    ]


def _change_cells(item: LinkChange | None) -> list[object]:
    return [item.kind.value, iso(item.since), item.days] if item else [None] * 3


def _known_cells(known: Known) -> list[object]:
    return [
        iso(known.linked_since) if known.linked_since else None,
        iso(known.verified_at) if known.verified_at else None,
        known.last_partner_id,
        known.expires_on,
    ]
