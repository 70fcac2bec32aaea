"""List of link events: each observation that differed from the one before, and each write.

The CSV is made for auditors: a row is one observation or one write, with all its IDs.
"""

from collections.abc import Sequence

from reconciler.core.history.customer_history import CustomerEvent
from reconciler.core.history.link_history import Health, Period, Write
from reconciler.core.links import ObservedState
from reconciler.core.plan_json import FORMAT, iso, text
from reconciler.views.changes_since import CUSTOMER_LABELS
from reconciler.views.csv import sheet
from reconciler.views.lists.listing import Listing
from reconciler.views.terminal.layout import FIXED, NAME, Page, text_column

Event = Period | Write | CustomerEvent

COLUMNS = (
    *("at", "event", "tenant", "identity", "tenant_id", "object_id", "state", "partner_id"),
    *("partner_name", "wanted_partner_id", "standing", "until", "action", "before", "after"),
    *("outcome", "problem", "correlation_id", "run"),
)
"""A `seen` event fills state to until, a `written` one action to correlation_id. Both may have a
problem. `customer_new` and `customer_left` have the customer's name and tenant ID. `until` is when
one that left was last in the list."""

HEALTH_WORDS = {
    Health.IN_SYNC: "in sync",
    Health.DRIFT: "drift",
    Health.UNREADABLE: "unreadable",
    Health.LEFT_ALONE: "left alone",
}


def render_table(events: Sequence[Event], page: Page) -> str:
    """Render the events, oldest first."""
    return listing(events).table(page)


def render_json(events: Sequence[Event]) -> str:
    """Render the events as JSON."""
    records = [dict(zip(COLUMNS, _cells(event), strict=True)) for event in events]
    return text({"kind": "history", "format": FORMAT, "events": records})


def render_csv(events: Sequence[Event]) -> str:
    """Render the events as CSV."""
    return sheet(COLUMNS, map(_cells, events))


def render_markdown(events: Sequence[Event]) -> str:
    """Render the events as Markdown."""
    return listing(events).markdown()


def render_html(events: Sequence[Event]) -> str:
    """Render the events as HTML."""
    return listing(events).html()


def listing(events: Sequence[Event]) -> Listing:
    """Return the list of these events."""
    return Listing(
        "Timeline",
        ("time", "tenant", "identity", "event"),
        [_row(event) for event in events],
        (FIXED, NAME, NAME, text_column(12)),
        "No events are recorded.",
    )


def _row(event: Event) -> list[str]:
    if isinstance(event, CustomerEvent):
        return [iso(event.at), event.label, "", _customer(event)]
    if isinstance(event, Write):
        return [iso(event.at), *event.key, _written(event)]
    return [iso(event.first_at), *event.observation.key, _seen(event)]


def _customer(event: CustomerEvent) -> str:
    until = f"; last listed {iso(event.last_seen)}" if event.last_seen else ""
    return f"{CUSTOMER_LABELS[event.kind]}{until}"


def _seen(period: Period) -> str:
    observation = period.observation
    name = f" ({observation.partner_name})" if observation.partner_name else ""
    state = {
        ObservedState.LINKED: f"linked to {observation.partner_id}{name}",
        ObservedState.NOT_LINKED: "not linked",
        ObservedState.UNKNOWN: f"unreadable: {observation.problem}",
        None: "not read",
    }[observation.state]
    wanted = f"; wanted: {observation.wanted_partner_id or 'no link'}"
    is_drift = period.health is Health.DRIFT
    word = "" if period.health is Health.UNREADABLE else f", {HEALTH_WORDS[period.health]}"
    until = f"; last seen {iso(period.last_at)}" if period.last_at > period.first_at else ""
    return f"{state}{word}{wanted * is_drift}{until}"


def _written(write: Write) -> str:
    before, after = (partner_id or "not linked" for partner_id in (write.before, write.after))
    outcome = write.outcome.value if write.outcome else "interrupted, result unknown"
    problem = f" ({write.problem})" if write.problem else ""
    return f"{write.action.value} {before} → {after}: {outcome}{problem}"


def _cells(event: Event) -> list[object]:
    if isinstance(event, CustomerEvent):
        until = iso(event.last_seen) if event.last_seen else None
        named = {
            "at": iso(event.at),
            "event": event.kind.value,
            "tenant": event.name,
            "tenant_id": event.tenant_id,
            "until": until,
        }
        return [named.get(column) for column in COLUMNS]
    if isinstance(event, Write):
        return [
            *(iso(event.at), "written", *event.key, event.tenant_id, event.object_id),
            *([None] * 6),
            *(event.action.value, event.before, event.after),
            *(event.outcome.value if event.outcome else None, event.problem),
            *(event.correlation_id, event.run),
        ]
    seen = event.observation
    return [
        *(iso(seen.at), "seen", *seen.key, seen.tenant_id, seen.object_id),
        *(seen.state.value if seen.state else None, seen.partner_id, seen.partner_name),
        *(seen.wanted_partner_id, event.health.value, iso(event.last_at)),
        *([None] * 4),
        *(seen.problem, None, seen.run),
    ]
