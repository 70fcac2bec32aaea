"""Table of links: its columns, its rows, and the data that the page's script needs.

A row holds what is compared at a glance. Details, timelines and groups of each link are JSON, in
which equal texts are stored once: 5,000 links with their timelines stay below 4 MB.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from reconciler.core.access.link_access import access_of
from reconciler.core.access.values import Access, AccessVerdict, Assignment, Counts
from reconciler.core.history.link_history import Key
from reconciler.core.history.overview import LinkTimeline
from reconciler.core.links import ObservedState
from reconciler.core.plan_json import iso
from reconciler.core.text import visible
from reconciler.views.html.badges import Badge, Tally, by_urgency, tallies
from reconciler.views.html.reasons import reason
from reconciler.views.html.text_pool import TextPool
from reconciler.views.html.timeline import timeline, timeline_limit
from reconciler.views.notes import changed, expires, since, verified
from reconciler.views.rows import Row

if TYPE_CHECKING:
    from markupsafe import Markup

Facts = list[tuple[str, str]]
"""Labels and texts of one link's details."""


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows that a link on the page shows alone.

    is_card  whether the page has a card with this id
    own      the message of each link, for its details; empty if the card has the message of all
    """

    id: str
    label: str
    keys: frozenset[Key]
    is_card: bool = False
    own: tuple[tuple[Key, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One line of the table."""

    row: Row
    badge: Badge
    wanted: str
    since: str
    access: str
    reason: str


@dataclass(frozen=True, slots=True)
class LinkTable:
    """The links, the most urgent first, and which columns have anything to show.

    identity  the identity of all links; None if there are several
    columns   the columns after the state and the customer
    """

    rows: tuple[LinkRow, ...]
    tallies: tuple[Tally, ...]
    identity: str | None
    columns: tuple[str, ...]
    data: "Markup"


def link_table(
    pairs: Sequence[tuple[Row, Badge]],
    timelines: Mapping[Key, LinkTimeline],
    groups: Sequence[RowGroup],
) -> LinkTable:
    """Return the table of these links."""
    listed = by_urgency(pairs)
    rows = tuple(_line(row, badge) for row, badge in listed)
    identities = {row.identity for row, _ in listed}
    identity = identities.pop() if len(identities) == 1 else None
    return LinkTable(
        rows,
        tuple(tallies(badge for _, badge in listed)),
        identity,
        _columns(rows, identity),
        _data(rows, timelines, groups),
    )


def _columns(rows: Sequence[LinkRow], identity: str | None) -> tuple[str, ...]:
    shown = {
        "identity": identity is None,
        "now": True,
        "wanted": any(row.wanted for row in rows),
        "since": any(row.since for row in rows),
        "access": any(row.access for row in rows),
        "reason": any(row.reason for row in rows),
    }
    return tuple(name for name, is_shown in shown.items() if is_shown)


def is_not_counted(row: Row) -> bool:
    """Whether the link is in place and its principal holds no role that counts."""
    access = access_of(row.change)
    is_linked = row.observed is not None and row.observed.state is ObservedState.LINKED
    return is_linked and access is not None and access.verdict is AccessVerdict.NONE


def _line(row: Row, badge: Badge) -> LinkRow:
    access = access_of(row.change)
    return LinkRow(
        row,
        badge,
        "" if _is_as_wanted(row) else row.after,
        since(row),
        access.verdict.value if access else "",
        reason(row),
    )


def _is_as_wanted(row: Row) -> bool:
    """Whether the link is as the file wants it; a held link may be, too."""
    seen, wanted = row.observed, row.change.wanted
    has_the_id = seen and seen.partner_id and seen.partner_id == wanted.partner_id
    return row.is_in_sync or row.after == row.now or bool(has_the_id)


def _data(
    rows: Sequence[LinkRow], timelines: Mapping[Key, LinkTimeline], groups: Sequence[RowGroup]
) -> "Markup":
    from markupsafe import Markup

    pool = TextPool()
    groups_of: dict[Key, list[int]] = {}
    own: dict[Key, Facts] = {}
    for n, group in enumerate(groups):
        for key in group.keys:
            groups_of.setdefault(key, []).append(n)
        for key, message in group.own:
            own.setdefault(key, []).append((group.label, message))
    most = timeline_limit(len(rows))
    links = []
    for line in rows:
        key = line.row.key
        facts = [*_facts(line, most), *own.get(key, ())]
        link = _link(line, facts, timelines.get(key), groups_of.get(key, []), pool, most)
        links.append(_json(link))
    texts = _json(list(pool.numbers))
    shown = _json([[group.id, visible(group.label), int(group.is_card)] for group in groups])
    text = f'{{"texts":{texts},"links":[{",".join(links)}],"groups":{shown}}}'
    return Markup(text)  # noqa: S704 - JSON without characters that begin a tag or an entity


def _json(value: object) -> str:
    """The value as JSON without characters that begin a tag or an entity."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _link(
    line: LinkRow,
    facts: Facts,
    history: LinkTimeline | None,
    groups: list[int],
    pool: TextPool,
    most: int,
) -> dict[str, object]:
    row = line.row
    shown = timeline(history, most) if history else None
    entries = (
        (
            f"{entry.at:%Y-%m-%d}",
            f"{entry.until:%Y-%m-%d}" if entry.until and not entry.is_one_day else "",
            *(entry.word, entry.tone, entry.text),
        )
        for entry in (shown.entries if shown else ())
    )
    observed = row.observed
    partner = (observed and observed.partner_id) or row.state
    fields: dict[str, object] = {
        "p": pool.number(partner),
        "t": [pool.number(tag) for tag in row.change.wanted.tags],
        "f": [each for label, text in facts for each in (pool.number(label), pool.value(text))],
        "h": [pool.number(text) for text in chain.from_iterable(entries)],
        "m": shown.left_out if shown else 0,
        "g": groups,
    }
    return {name: value for name, value in fields.items() if value or name == "p"}


def _facts(line: LinkRow, most: int) -> Facts:
    row = line.row
    wanted, cause = row.change.wanted, row.cause
    why = "" if cause or row.change.reason == "in sync" else row.change.reason
    access = access_of(row.change)
    found = [
        ("Reason", cause.message if cause else why),
        ("What to do", cause.hint if cause else ""),
        ("Wanted", line.wanted),
        ("Tenant", row.directory),
        ("Identity", row.identity),
        ("Principal", (row.observed and row.observed.object_id) or ""),
        ("Tags", ", ".join(wanted.tags)),
        ("Serves", ", ".join(wanted.covers)),
        ("Last change", changed(row)),
        ("Last verified", verified(row)),
        ("Credential expires", expires(row)),
        ("Correlation ID", (cause and cause.correlation_id) or ""),
        *(_access(access, most) if access else ()),
    ]
    return [(label, text) for label, text in found if text]


def _access(access: Access, most: int) -> Iterable[tuple[str, str]]:
    """The verdict, and the assignments that decide it: at most `most`, those that count first."""
    yield "Access", f"{access.verdict.value}: {access.message}"
    yield "What counts", access.note
    if access.verdict is not AccessVerdict.NONE:  # that is a finding, which has its remedy
        yield "To do for access", access.hint or ""
    listed = sorted(access.assignments, key=lambda each: list(Counts).index(each.counts))
    for assignment in listed[:most]:
        yield f"Role, counts: {assignment.counts.value}", _assignment(assignment)
    if len(listed) > most:
        yield "Roles", f"{len(listed)} in all; show --access --format json lists each"
    for covered in access.covers:
        yield "Covers", f"{covered.tenant}: {covered.verdict.value} ({covered.reason.value})"


def _assignment(assignment: Assignment) -> str:
    notes = [
        "through a group" if assignment.through_group else "",
        "with a condition" if assignment.conditional else "",
        f"until {iso(assignment.until)}" if assignment.until else "",
    ]
    role = assignment.role or assignment.role_id or "role not known"
    return ", ".join(filter(None, (f"{role} on {assignment.scope}", *notes)))
