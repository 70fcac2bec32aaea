"""The report as a page: today at a glance, what is new, the nights, and each customer's course."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.core.history.changes_since import ChangeKind, ChangesSince, LinkChange
from reconciler.core.history.overview import Overview
from reconciler.core.inventory.partner_totals import partner_totals
from reconciler.core.links import Action
from reconciler.views.grouping import group_findings, group_rows
from reconciler.views.html.badges import Badge, by_urgency, health, tallies
from reconciler.views.html.chart import chart
from reconciler.views.html.pages import page
from reconciler.views.html.timeline import timeline
from reconciler.views.rows import Row, plan_rows

NAMED = 40
"""Links that one piece of news names."""

_NEWS = {
    ChangeKind.NEW_DRIFT: Badge("new drift", "change", "~"),
    ChangeKind.NEWLY_UNREADABLE: Badge("newly unreadable", "alarm", "?"),
    ChangeKind.STILL_UNREADABLE: Badge("still unreadable", "alarm", "?"),
    ChangeKind.STILL_DRIFT: Badge("still drift", "change", "~"),
    ChangeKind.RECOVERED: Badge("recovered", "good", "✓"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One kind of news with its links, those named first."""

    badge: Badge
    items: tuple[LinkChange, ...]
    left_out: int

    @property
    def count(self) -> int:
        return len(self.items) + self.left_out


def render_overview(overview: Overview) -> str:
    """The report: one page that ends with one newline."""
    plan = overview.plan
    rows = plan_rows(plan)
    pairs = by_urgency((row, health(row)) for row in rows)
    return page(
        "overview.html",
        plan=plan,
        headline=_headline(rows),
        customers=len({row.tenant for row in rows}),
        overview=overview,
        changes_since=_told(overview.changes_since),
        chart=chart(overview.daily_health),
        partner_totals=partner_totals(plan.changes),
        links=pairs,
        tallies=tallies(found for _, found in pairs),
        timelines={
            key: timeline(link_timeline) for key, link_timeline in overview.link_timelines.items()
        },
        causes=[group for group in group_rows(rows) if not group.cause.is_quiet],
        findings=group_findings(plan.findings),
    )


def _headline(rows: Sequence[Row]) -> str:
    """What somebody wants to know who reads one line. Unreadable is never in sync."""
    if not rows:
        return "No links"
    unreadable = sum(row.action is Action.UNKNOWN for row in rows)
    differ = sum(health(row).tone in ("change", "alarm") for row in rows) - unreadable
    parts = [
        _count(differ, "differs from", "differ from") + " the file" if differ else "",
        f"{unreadable} cannot be read" if unreadable else "",
    ]
    return "; ".join(filter(None, parts)) or "All links are in sync"


def _count(number: int, one: str, many: str) -> str:
    return f"1 link {one}" if number == 1 else f"{number} links {many}"


def _told(changes_since: ChangesSince | None) -> list[Told]:
    """The kinds of news that there are, in the order in which they are read."""
    if changes_since is None:
        return []
    found = ((word, changes_since.of(word)) for word in ChangeKind)
    return [
        Told(_NEWS[word], items[:NAMED], max(0, len(items) - NAMED))
        for word, items in found
        if items
    ]
