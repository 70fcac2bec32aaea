"""Report page: headline, tiles, changes, chart, actions, partner IDs, tags, and every link."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.core.access.link_access import has_access
from reconciler.core.history.changes_since import ChangeKind, ChangesSince
from reconciler.core.history.customer_history import CustomerEventKind
from reconciler.core.history.link_history import Key
from reconciler.core.history.overview import Overview
from reconciler.core.inventory.partner_totals import partner_totals
from reconciler.views.changes_since import CUSTOMER_LABELS, LABELS
from reconciler.views.html.actions import (
    ActionCard,
    by_actor,
    drift_cards,
    finding_cards,
    problem_cards,
)
from reconciler.views.html.badges import Badge, health
from reconciler.views.html.chart import chart
from reconciler.views.html.headline import headline
from reconciler.views.html.link_index import LinkIndex
from reconciler.views.html.link_table import LinkTable, RowGroup, is_not_counted, link_table
from reconciler.views.html.pages import page
from reconciler.views.html.scope import scope_of
from reconciler.views.html.tags import tag_tables
from reconciler.views.rows import Row, plan_rows
from reconciler.views.summary import access_sentence

NAMED = 6
"""How many customers are named for one kind of change; the table has the others."""

NOT_COUNTED = "not-counted"
"""The group of the links that are in place and whose principal holds no role that counts."""

WRITTEN = "written"

_SIGNS = {
    ChangeKind.NEW_DRIFT: ("change", "~"),
    ChangeKind.NEWLY_UNREADABLE: ("alarm", "?"),
    ChangeKind.ACCESS_LOST: ("alarm", "!"),
    ChangeKind.RECOVERED: ("good", "✓"),
    ChangeKind.ACCESS_GAINED: ("good", "✓"),
}
_CUSTOMER_SIGNS = {
    CustomerEventKind.NEW: ("change", "+"),
    CustomerEventKind.LEFT: ("quiet", "-"),
}
_STAYED = (ChangeKind.STILL_DRIFT, ChangeKind.STILL_UNREADABLE)


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """One kind of change, and the links that have it."""

    id: str
    badge: Badge
    keys: tuple[Key, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The first customers."""
        return tuple(dict.fromkeys(tenant for tenant, _ in self.keys))[:NAMED]


@dataclass(frozen=True, slots=True)
class Stayed:
    """Links that are as they were, counted."""

    id: str
    label: str
    count: int
    days: int


def render_overview(overview: Overview) -> str:
    """Render the report as one page that ends with one newline."""
    facts = _facts(overview)
    del overview  # The table has its timelines, and the page of many links needs the memory.
    return page("overview.html", **facts)


def _facts(overview: Overview) -> dict[str, object]:
    plan = overview.plan
    rows = plan_rows(plan)
    pairs = [(row, health(row)) for row in rows]
    cards = _cards(overview, rows)
    changes = _changes(overview)
    not_counted = frozenset(row.key for row in rows if is_not_counted(row))
    scope = scope_of(plan)
    return {
        "plan": plan,
        "page_title": f"Report · {scope.title}",
        "scope": scope,
        "failure": overview.failure,
        "headline": headline(overview, rows),
        "access": access_sentence(plan),
        "changes_since": overview.changes_since,
        "compared_with": overview.compared_with,
        "changes": changes,
        "customer_changes": _customer_changes(overview.changes_since),
        "stayed": _stayed(overview.changes_since),
        "chart": chart(overview.daily_health),
        "actors": by_actor(cards),
        "partner_totals": partner_totals(plan.changes),
        "tag_tables": tag_tables(pairs),
        "not_counted": len(not_counted) if has_access(plan.changes) else None,
        "table": _table(overview, pairs, cards, changes, not_counted),
    }


def _cards(overview: Overview, rows: Sequence[Row]) -> list[ActionCard]:
    index = LinkIndex(rows)
    return [
        *drift_cards(rows),
        *problem_cards(rows, index),
        *finding_cards(overview.plan.findings, index),
    ]


def _table(
    overview: Overview,
    pairs: Sequence[tuple[Row, Badge]],
    cards: Sequence[ActionCard],
    changes: Sequence[ChangeGroup],
    not_counted: frozenset[Key],
) -> LinkTable:
    since = overview.changes_since
    groups = [
        *(RowGroup(card.id, card.title, card.rows, is_card=True, own=card.own) for card in cards),
        *(RowGroup(each.id, each.badge.word, frozenset(each.keys)) for each in changes),
        *(
            RowGroup(kind.value, LABELS[kind], _keys(since, kind))
            for kind in _STAYED
            if since and since.is_known
        ),
        RowGroup(NOT_COUNTED, "linked, no role that counts", not_counted),
    ]
    return link_table(pairs, overview.link_timelines, [each for each in groups if each.keys])


def _changes(overview: Overview) -> list[ChangeGroup]:
    """Return what is different from the last run, the most important first; then the writes."""
    since = overview.changes_since
    found = [
        ChangeGroup(
            kind.value,
            Badge(LABELS[kind], *_SIGNS[kind]),
            tuple(item.observation.key for item in since.of(kind)),
        )
        for kind in _SIGNS
        if since and since.is_known
    ]
    written = tuple(write.key for write in overview.written)
    found.append(ChangeGroup(WRITTEN, Badge("changes made", "quiet", "✎"), written))
    return [group for group in found if group.keys]


def _customer_changes(since: ChangesSince | None) -> list[tuple[Badge, tuple[str, ...]]]:
    """Return the customers that came into the list of our customers, and those that left it."""
    if since is None:
        return []
    found = [
        (Badge(label, *_CUSTOMER_SIGNS[kind]), tuple(c.label for c in since.customers_of(kind)))
        for kind, label in CUSTOMER_LABELS.items()
    ]
    return [(badge, names) for badge, names in found if names]


def _stayed(since: ChangesSince | None) -> list[Stayed]:
    if since is None or not since.is_known:
        return []
    return [
        Stayed(kind.value, LABELS[kind], len(items), max(item.days for item in items))
        for kind in _STAYED
        if (items := since.of(kind))
    ]


def _keys(since: ChangesSince, kind: ChangeKind) -> frozenset[Key]:
    return frozenset(item.observation.key for item in since.of(kind))
