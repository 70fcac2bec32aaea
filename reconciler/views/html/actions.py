"""Actions: what people have to do, grouped by who has to act and by cause.

Each card is one cause with its remedy. Its `id` is its anchor, and names its rows in the table.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from reconciler.core.findings import Finding
from reconciler.core.history.link_history import Key
from reconciler.core.links import WRITES, Action
from reconciler.views.grouping import (
    FINDING,
    IN_JSON,
    PER_CUSTOMER,
    CauseGroup,
    attention_groups,
    group_findings,
    member_label,
)
from reconciler.views.html.link_index import LinkIndex
from reconciler.views.html.titles import title_of
from reconciler.views.rows import Cause, Row

NAMED = 8
"""How many links a card names; the table has the others."""


MOST_CARDS = 50
"""How many causes have a card each; of more, the smaller ones share a card for each code."""


class Actor(StrEnum):
    """Who has to act."""

    US = "us"
    CUSTOMER = "customer"
    PERSON = "person"


_CUSTOMER = frozenset(
    {
        *("app_not_in_tenant", "app_disabled", "conditional_access", "forbidden"),
        *("access_none", "access_ends", "access_lost", "covers_nothing"),
    }
)
_PERSON = frozenset({"person_needed", "no_browser", "nobody_came", "no_keyring"})

_OWN_BLOCK = "your own "
"""The start of the hint for a block on the partner's side, whatever the code."""


@dataclass(frozen=True, slots=True)
class ActionCard:
    """One cause, its remedy, and the links that have it.

    label    `unreadable`, `conflict`, `drift`, `finding`, or an outcome
    message  the message; of several that differ, the first
    count    the number of links or findings
    names    the first links; `left_out` more have the cause
    others   each finding in a line, if they are not about rows of the table; else empty
    rows     the links in the table, by tenant and identity
    own      the finding of each of these links, if they differ in more than names
    """

    id: str
    actor: Actor
    label: str
    tone: str
    title: str
    code: str
    message: str
    hint: str
    count: int
    names: tuple[str, ...]
    others: tuple[str, ...]
    rows: frozenset[Key]
    own: tuple[tuple[Key, str], ...] = ()

    @property
    def left_out(self) -> int:
        return self.count - len(self.names) if self.names else 0


@dataclass(frozen=True, slots=True)
class ActorCards:
    """The cards of one actor, those with the most links first."""

    actor: Actor
    cards: tuple[ActionCard, ...]


def problem_cards(rows: Sequence[Row], index: LinkIndex) -> list[ActionCard]:
    """Return a card for each cause of links that are not as wanted and will not be changed."""
    return [
        _card(f"problem-{n}", group, index)
        for n, group in enumerate(_merged(attention_groups(rows)), 1)
    ]


def finding_cards(findings: Sequence[Finding], index: LinkIndex) -> list[ActionCard]:
    """Return a card for each cause of findings."""
    return [
        _card(f"finding-{n}", group, index)
        for n, group in enumerate(_merged(group_findings(findings)), 1)
    ]


def drift_cards(rows: Sequence[Row]) -> Iterator[ActionCard]:
    """Yield a card for the changes that `apply` would make, if there are any."""
    writes = [row for row in rows if row.action in WRITES]
    if not writes:
        return
    actions = [row.action for row in writes]
    counts = [
        f"{actions.count(action):,} to {action}"
        for action in (Action.CREATE, Action.UPDATE, Action.REMOVE)
        if action in actions
    ]
    keys = [row.key for row in writes]
    yield ActionCard(
        "drift",
        Actor.US,
        "drift",
        "change",
        "Links that apply would change",
        "",
        ", ".join(counts),
        "review the changes with pal-reconcile plan, then run pal-reconcile apply",
        len(writes),
        _names(keys),
        (),
        frozenset(keys),
    )


def by_actor(cards: Iterable[ActionCard]) -> list[ActorCards]:
    """Group the cards by actor: problems first, then findings, the most links first."""
    found = sorted(cards, key=lambda card: (card.label == FINDING, -card.count))
    groups = (
        ActorCards(actor, tuple(card for card in found if card.actor is actor)) for actor in Actor
    )
    return [group for group in groups if group.cards]


def _merged(groups: Sequence[CauseGroup]) -> list[CauseGroup]:
    """The groups as they are; of too many, the smaller ones by code."""
    if len(groups) <= MOST_CARDS:
        return list(groups)
    by_size = sorted(groups, key=lambda group: -len(group.entries))
    by_code: dict[tuple[str, str], list[CauseGroup]] = {}
    for group in by_size[MOST_CARDS:]:
        by_code.setdefault((group.cause.label, group.cause.code), []).append(group)
    return by_size[:MOST_CARDS] + list(map(_joined, by_code.values()))


def _joined(groups: Sequence[CauseGroup]) -> CauseGroup:
    """One group for causes of one code, which differ in their messages."""
    if len(groups) == 1:
        return groups[0]
    entries = tuple(entry for group in groups for entry in group.entries)
    message = f"{len(groups):,} different messages"
    hint = "open a row in the table: its details have its own message and remedy"
    return CauseGroup(entries, replace(groups[0].cause, message=message, hint=hint), False)


def _card(id: str, group: CauseGroup, index: LinkIndex) -> ActionCard:
    cause, members = group.cause, group.members
    rows = frozenset[Key]().union(*map(index.about, members))
    named = [member for member in members if any(member)]
    is_finding = group.is_finding
    return ActionCard(
        id,
        _actor(cause),
        cause.label,
        "quiet" if is_finding else "alarm",
        title_of(cause.code),
        cause.code,
        cause.message,
        _hint(group),
        len(members),
        _names(named),
        () if rows else _lines(group),
        rows,
        tuple(_own_texts(group, index)) if is_finding else (),
    )


def _lines(group: CauseGroup) -> tuple[str, ...]:
    """Each finding's own message, or the names if all messages are equal; empty for a single one.

    Up to `NAMED` names need no list, because the card names them.
    """
    if len({cause.message for cause, _ in group.entries}) > 1:
        return tuple(cause.message for cause, _ in group.entries)
    names = tuple(filter(None, map(member_label, group.members)))
    return names if len(names) > NAMED else ()


def _hint(group: CauseGroup) -> str:
    """The remedy; where each customer has its own, the details of its row have it."""
    hint = group.cause.hint
    in_rows = ". The details of each row have the customer's own values"
    for where in (IN_JSON, PER_CUSTOMER):
        hint = hint.replace(f" ({where})", in_rows)
    return hint


def _own_texts(group: CauseGroup, index: LinkIndex) -> Iterator[tuple[Key, str]]:
    """The message and the remedy of each link, as far as the card does not have them."""
    has_own_hints = any(cause.hint not in group.cause.hint for cause, _ in group.entries)
    for cause, member in group.entries:
        parts = [
            "" if group.is_one_message else cause.message,
            cause.hint if has_own_hints else "",
        ]
        if text := "; ".join(filter(None, parts)):
            for key in sorted(index.about(member)):
                yield key, text


def _actor(cause: Cause) -> Actor:
    if cause.code in _PERSON:
        return Actor.PERSON
    is_theirs = cause.code in _CUSTOMER and not cause.hint.startswith(_OWN_BLOCK)
    if cause.code == "access_none":  # in Power Platform, it may be our own work to own something
        is_theirs = "ask the customer" in cause.hint
    return Actor.CUSTOMER if is_theirs else Actor.US


def _names(members: Sequence[Key]) -> tuple[str, ...]:
    """The first tenants; the identity is named where there is no tenant."""
    names = dict.fromkeys(tenant or identity for tenant, identity in members)
    return tuple(names)[:NAMED]
