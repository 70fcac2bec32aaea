"""Headline of the report: how many customers are correctly linked, and how that has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.core.history.link_history import Health, health
from reconciler.core.history.overview import LinkTimeline, Overview
from reconciler.core.inventory.customer_totals import CustomerTotals, customer_totals
from reconciler.core.links import Action
from reconciler.views.html.badges import health as badge_of
from reconciler.views.rows import Row, is_not_read

TREND = timedelta(days=30)
"""The time that the trend covers, if the history is that long."""


@dataclass(frozen=True, slots=True)
class Trend:
    """The percentage at an earlier time, compared with today's."""

    at: datetime
    before: int
    now: int

    @property
    def symbol(self) -> str:
        return "▲" if self.now > self.before else "▼" if self.now < self.before else "●"

    @property
    def tone(self) -> str:
        return "good" if self.now > self.before else "alarm" if self.now < self.before else "quiet"


@dataclass(frozen=True, slots=True)
class Headline:
    """The state in one line, with what it leaves out.

    totals   None if the file wants no customer linked
    details  what differs or cannot be read, in one line
    trend    None without an earlier run over all links
    """

    totals: CustomerTotals | None
    details: str
    trend: Trend | None = None

    @property
    def not_counted(self) -> str:
        """The customers that the totals leave out, in a sentence; empty if there are none."""
        totals = self.totals or CustomerTotals(0, 0)
        parts = []
        if totals.left_alone:
            customers = _count(totals.left_alone, "customer that is", "customers that are")
            parts.append(f"{customers} held, attested or unmanaged")
        if totals.unwanted:
            customers = _count(totals.unwanted, "customer", "customers")
            parts.append(f"{customers} for which the file wants no link")
        return f"Not counted: {'; '.join(parts)}." if parts else ""


def headline(overview: Overview, rows: Sequence[Row]) -> Headline:
    """Return the headline of the report."""
    changes = overview.plan.changes
    totals = customer_totals(changes, lambda change: health(change.action))
    if not totals.wanted:
        return Headline(None, link_state(rows))
    return Headline(totals, link_state(rows), _trend(overview, totals))


def link_state(rows: Sequence[Row]) -> str:
    """Return the state of the links in one line. Those that could not be read are not in sync."""
    if not rows:
        return "No links"
    not_read = sum(is_not_read(row.problem) for row in rows if row.action is Action.UNKNOWN)
    unreadable = sum(row.action is Action.UNKNOWN for row in rows) - not_read
    differ = sum(badge_of(row).tone in ("change", "alarm") for row in rows) - unreadable - not_read
    parts = [
        _count(differ, "link differs from", "links differ from") + " the file" if differ else "",
        f"{unreadable:,} cannot be read" if unreadable else "",
        f"{not_read:,} not read" if not_read else "",
    ]
    return "; ".join(filter(None, parts)) or _calm(rows)


def _calm(rows: Sequence[Row]) -> str:
    """Links that the file leaves alone are not called in sync."""
    if all(row.is_in_sync for row in rows):
        return "All links are in sync"
    return "All managed links are in sync" if any(row.is_in_sync for row in rows) else "No changes"


def _count(number: int, one: str, many: str) -> str:
    return f"1 {one}" if number == 1 else f"{number:,} {many}"


def _trend(overview: Overview, now: CustomerTotals) -> Trend | None:
    read_at = overview.plan.created_at
    days = [daily.at for daily in overview.daily_health if daily.at < read_at]
    if not (days and overview.is_whole):
        return None
    at = max((day for day in days if day <= read_at - TREND), default=days[0])
    then = customer_totals(
        overview.plan.changes,
        lambda change: _health_at(overview.link_timelines.get(change.place.key), at),
    )
    return Trend(at, then.percent, now.percent) if then.wanted else None


def _health_at(timeline: LinkTimeline | None, at: datetime) -> Health | None:
    """The health of a link at a time; None if no run had read it."""
    before = [period for period in timeline.periods if period.first_at <= at] if timeline else []
    return before[-1].health if before else None
