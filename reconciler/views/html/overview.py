"""Report page: current state, changes since the last run, run history, a timeline per link."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.core.history.changes_since import ChangeKind, ChangesSince, LinkChange
from reconciler.core.history.overview import Overview
from reconciler.core.inventory.partner_totals import partner_totals
from reconciler.core.links import Action
from reconciler.views.changes_since import LABELS
from reconciler.views.grouping import attention_groups, group_findings
from reconciler.views.html.badges import Badge, by_urgency, health, tallies
from reconciler.views.html.chart import chart
from reconciler.views.html.pages import page
from reconciler.views.html.timeline import timeline
from reconciler.views.rows import Row, is_not_read, plan_rows

NAMED = 40
"""How many links are named for one kind of change."""

_SIGNS = {
    ChangeKind.NEW_DRIFT: ("change", "~"),
    ChangeKind.NEWLY_UNREADABLE: ("alarm", "?"),
    ChangeKind.STILL_UNREADABLE: ("alarm", "?"),
    ChangeKind.STILL_DRIFT: ("change", "~"),
    ChangeKind.RECOVERED: ("good", "✓"),
}


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """One kind of change, the first links that have it, and how many more there are."""

    badge: Badge
    items: tuple[LinkChange, ...]
    left_out: int

    @property
    def count(self) -> int:
        return len(self.items) + self.left_out


def render_overview(overview: Overview) -> str:
    """Render the report as one page that ends with one newline."""
    plan = overview.plan
    rows = plan_rows(plan)
    pairs = by_urgency((row, health(row)) for row in rows)
    return page(
        "overview.html",
        plan=plan,
        headline=_headline(rows),
        customers=len({row.tenant for row in rows}),
        overview=overview,
        changes=_changes(overview.changes_since),
        chart=chart(overview.daily_health),
        partner_totals=partner_totals(plan.changes),
        links=pairs,
        tallies=tallies(badge for _, badge in pairs),
        timelines={key: timeline(each) for key, each in overview.link_timelines.items()},
        causes=attention_groups(rows),
        findings=group_findings(plan.findings),
    )


def _headline(rows: Sequence[Row]) -> str:
    """Return the current state in one line. Links that could not be read are never in sync."""
    if not rows:
        return "No links"
    not_read = sum(is_not_read(row.problem) for row in rows if row.action is Action.UNKNOWN)
    unreadable = sum(row.action is Action.UNKNOWN for row in rows) - not_read
    differ = sum(health(row).tone in ("change", "alarm") for row in rows) - unreadable - not_read
    parts = [
        _count(differ, "differs from", "differ from") + " the file" if differ else "",
        f"{unreadable} cannot be read" if unreadable else "",
        f"{not_read} not read" if not_read else "",
    ]
    return "; ".join(filter(None, parts)) or _calm(rows)


def _calm(rows: Sequence[Row]) -> str:
    """Links that the file leaves alone are not called in sync."""
    if all(row.is_in_sync for row in rows):
        return "All links are in sync"
    return "All managed links are in sync" if any(row.is_in_sync for row in rows) else "No changes"


def _count(number: int, one: str, many: str) -> str:
    return f"1 link {one}" if number == 1 else f"{number} links {many}"


def _changes(changes_since: ChangesSince | None) -> list[ChangeGroup]:
    """Return the kinds of changes that occurred, the most important first."""
    if changes_since is None:
        return []
    found = ((kind, changes_since.of(kind)) for kind in ChangeKind)
    return [
        ChangeGroup(Badge(LABELS[kind], *_SIGNS[kind]), items[:NAMED], max(0, len(items) - NAMED))
        for kind, items in found
        if items
    ]
