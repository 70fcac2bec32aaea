"""What happened to links? Each sight that was new, and each write, in each format.

The CSV is made for auditors: a line is one thing that was seen or written, with all its IDs.
"""

from collections.abc import Iterable, Iterator, Sequence
from json import dumps

from reconciler.core.documents import FORMAT, Data, iso
from reconciler.core.history import Period, Standing, Write
from reconciler.core.links import Seen
from reconciler.core.text import json_safe
from reconciler.views.csv import sheet
from reconciler.views.history import lay_out
from reconciler.views.layout import Page
from reconciler.views.markup import escape, table

Event = Period | Write

COLUMNS = (
    *("at", "event", "tenant", "identity", "tenant_id", "object_id", "state", "partner_id"),
    *("partner_name", "wanted_partner_id", "standing", "until", "action", "before", "after"),
    *("outcome", "problem", "correlation_id", "run"),
)
"""`seen` fills state to until, `written` action to correlation_id; both may have a problem."""

_HEADING = ("AT", "LINK", "WHAT")

_STANDINGS = {
    Standing.IN_SYNC: "in sync",
    Standing.DRIFT: "drift",
    Standing.UNREADABLE: "unreadable",
    Standing.LEFT_ALONE: "left alone",
}


def render(form: str, events: Sequence[Event], *, width: int = 80, color: bool = False) -> str:
    """The events, oldest first, as text that ends with one newline."""
    if form == "json":
        records = [dict(zip(COLUMNS, _cells(event), strict=True)) for event in events]
        data: Data = {"kind": "history", "format": FORMAT, "events": records}
        return json_safe(dumps(data, indent=2, ensure_ascii=False)) + "\n"
    if form == "csv":
        return sheet(COLUMNS, map(_cells, events))
    shown = [list(_shown(event)) for event in events]
    if form == "markdown":
        lines: Iterable[str] = table(_HEADING, [list(map(escape, row)) for row in shown])
    elif not shown:
        lines = ["Nothing is recorded of that."]
    else:
        lines = lay_out(Page(width, color), _HEADING, shown)
    return "".join(f"{line}\n" for line in lines)


def _shown(event: Event) -> Iterator[str]:
    if isinstance(event, Write):
        yield from (iso(event.at), " / ".join(event.key), _written(event))
    else:
        yield from (iso(event.first_at), " / ".join(event.sight.key), _seen(event))


def _seen(period: Period) -> str:
    sight = period.sight
    name = f" ({sight.partner_name})" if sight.partner_name else ""
    what = {
        Seen.LINKED: f"linked to {sight.partner_id}{name}",
        Seen.NOT_LINKED: "not linked",
        Seen.UNKNOWN: f"unreadable: {sight.problem}",
        None: "not read",
    }[sight.state]
    wish = f"; {sight.wanted_partner_id or 'no link'} is wanted"
    is_drift = period.standing is Standing.DRIFT
    word = "" if period.standing is Standing.UNREADABLE else f", {_STANDINGS[period.standing]}"
    until = f"; last seen so {iso(period.last_at)}" if period.last_at > period.first_at else ""
    return f"{what}{word}{wish * is_drift}{until}"


def _written(write: Write) -> str:
    before, after = (partner_id or "not linked" for partner_id in (write.before, write.after))
    outcome = write.outcome.value if write.outcome else "cut short, the end is not known"
    problem = f" ({write.problem})" if write.problem else ""
    return f"{write.action.value} {before} → {after}: {outcome}{problem}"


def _cells(event: Event) -> list[object]:
    if isinstance(event, Write):
        return [
            *(iso(event.at), "written", *event.key, event.tenant_id, event.object_id),
            *([None] * 6),
            *(event.action.value, event.before, event.after),
            *(event.outcome.value if event.outcome else None, event.problem),
            *(event.correlation_id, event.run),
        ]
    sight = event.sight
    return [
        *(iso(sight.at), "seen", *sight.key, sight.tenant_id, sight.object_id),
        *(sight.state.value if sight.state else None, sight.partner_id, sight.partner_name),
        *(sight.wanted_partner_id, event.standing.value, iso(event.last_at)),
        *([None] * 4),
        *(sight.problem, None, sight.run),
    ]
