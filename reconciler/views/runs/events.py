"""What happened to links? Each sight that was new, and each write, in each format.

The CSV is made for auditors: a line is one thing that was seen or written, with all its IDs.
"""

from collections.abc import Iterable, Iterator, Sequence
from json import dumps

from reconciler.core.history.link_history import Health, Period, Write
from reconciler.core.links import ObservedState
from reconciler.core.plan_json import FORMAT, Data, iso
from reconciler.core.text import json_safe
from reconciler.views.csv import sheet
from reconciler.views.markdown.escape import escape, table
from reconciler.views.runs.history import lay_out
from reconciler.views.terminal.layout import Page

Event = Period | Write

COLUMNS = (
    *("at", "event", "tenant", "identity", "tenant_id", "object_id", "state", "partner_id"),
    *("partner_name", "wanted_partner_id", "standing", "until", "action", "before", "after"),
    *("outcome", "problem", "correlation_id", "run"),
)
"""`seen` fills state to until, `written` action to correlation_id; both may have a problem."""

_HEADING = ("AT", "LINK", "WHAT")

_STANDINGS = {
    Health.IN_SYNC: "in sync",
    Health.DRIFT: "drift",
    Health.UNREADABLE: "unreadable",
    Health.LEFT_ALONE: "left alone",
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
        yield from (iso(event.first_at), " / ".join(event.observation.key), _seen(event))


def _seen(period: Period) -> str:
    observation = period.observation
    name = f" ({observation.partner_name})" if observation.partner_name else ""
    what = {
        ObservedState.LINKED: f"linked to {observation.partner_id}{name}",
        ObservedState.NOT_LINKED: "not linked",
        ObservedState.UNKNOWN: f"unreadable: {observation.problem}",
        None: "not read",
    }[observation.state]
    wish = f"; {observation.wanted_partner_id or 'no link'} is wanted"
    is_drift = period.health is Health.DRIFT
    word = "" if period.health is Health.UNREADABLE else f", {_STANDINGS[period.health]}"
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
    observation = event.observation
    return [
        *(
            iso(observation.at),
            "seen",
            *observation.key,
            observation.tenant_id,
            observation.object_id,
        ),
        *(
            observation.state.value if observation.state else None,
            observation.partner_id,
            observation.partner_name,
        ),
        *(observation.wanted_partner_id, event.health.value, iso(event.last_at)),
        *([None] * 4),
        *(observation.problem, None, observation.run),
    ]
