"""Which links are there, since when, and for whom? What an inventory adds to what was read.

The facts beside a link come from Azure, from the history and from the file; here they are laid
together, so that links can be filtered and rolled up by any of them. A link is in place or it is
not: what it earns is nobody's knowledge here.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime

from reconciler.core.errors import WrongUsage
from reconciler.core.history.link_history import Key, Period
from reconciler.core.links import Change, Observed, ObservedState, Place
from reconciler.core.plan import FactKind, Plan
from reconciler.core.plan_json import Data, iso, plan_data
from reconciler.core.selectors import matches_glob

NOT_READ = "not_read"
"""The state of an attested link, which nobody looks at."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a link besides the read.

    linked_since     UTC, since when it has carried the ID that it carries, as far as anybody saw
    verified_at      UTC, when Azure last answered for it; None where it never did
    last_partner_id  what that answer was, of a link that cannot be read now; None: not linked
    expires_on       the last day of the credential that it is read with; None where none is known
    """

    linked_since: datetime | None = None
    verified_at: datetime | None = None
    last_partner_id: str | None = None
    expires_on: date | None = None


NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class Inventory(Plan):
    """The links that were read, with what else is known of each.

    known  by place; a link without an entry has nothing known
    """

    known: Mapping[Place, Known] = field(default_factory=dict)


def with_known(plan: Plan, known: Mapping[Place, Known]) -> Inventory:
    """The plan's reads as an inventory."""
    return Inventory(**{each.name: getattr(plan, each.name) for each in fields(Plan)}, known=known)


def known_about(plan: Plan, change: Change) -> Known:
    """What is known of a link; nothing where the plan is no inventory."""
    known = plan.known if isinstance(plan, Inventory) else {}
    return known.get(change.place, NOTHING_KNOWN)


Values = Callable[[Change, Known], Iterable[str | None]]

FIELDS: Mapping[str, Values] = {
    "tenant": lambda c, k: [c.place.tenant],
    "tenant_id": lambda c, k: [c.observed.tenant_id if c.observed else None],
    "identity": lambda c, k: [c.place.identity],
    "principal": lambda c, k: [c.observed.object_id if c.observed else c.place.object_id],
    "partner": lambda c, k: [c.observed.partner_id if c.observed else None],
    "partner_name": lambda c, k: [c.observed.partner_name if c.observed else None],
    "wanted": lambda c, k: [c.wanted.partner_id],
    "state": lambda c, k: [state_of(c)],
    "action": lambda c, k: [c.action.value],
    "problem": lambda c, k: [c.problem.code if c.problem else None],
    "tag": lambda c, k: c.wanted.tags,
    "covers": lambda c, k: c.wanted.covers,
    "since": lambda c, k: [_day(k.linked_since)],
    "changed": lambda c, k: [_day(_moment(c.observed))],
    "verified": lambda c, k: [_day(k.verified_at)],
    "expires": lambda c, k: [_day(k.expires_on)],
}
"""What links are filtered and grouped by; days as `2026-11-23`."""

DAYS = frozenset({"since", "changed", "verified", "expires"})
"""A group of these is a month."""

_CONDITION = re.compile(r"\s*([a-z_]+)\s*(!=|<=|>=|=|<|>)\s*(.*?)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a link must be like to be shown.

    operator  = and != take globs; < <= > >= compare as text, which is right for days
    value     empty stands for a link of which the field says nothing
    """

    field: str
    operator: str
    value: str

    def holds(self, change: Change, known: Known) -> bool:
        """Whether it holds of a link; of several tags or covered customers one is enough."""
        values = [value for value in FIELDS[self.field](change, known) if value]
        if self.operator in ("=", "!="):
            is_like = any(matches_glob(value, self.value) for value in values or [""])
            return is_like is (self.operator == "=")
        return any(_COMPARED[self.operator](value, self.value) for value in values)


_COMPARED: Mapping[str, Callable[[str, str], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(frozen=True, slots=True)
class InventoryGroup:
    """Links that have something in common.

    values     one for each field that they are grouped by; empty where it says nothing
    names      what Azure calls the partners of its links
    customers  the tenants, and those that their links serve, each once
    """

    values: tuple[str, ...]
    names: tuple[str, ...]
    customers: tuple[str, ...]
    changes: tuple[Change, ...]

    def count(self, state: str) -> int:
        """How many of its links are in this state."""
        return sum(1 for change in self.changes if state_of(change) == state)


STATES = (*(seen.value for seen in ObservedState), NOT_READ)


def state_of(change: Change) -> str:
    """What was seen of a link, in a word."""
    return change.observed.state.value if change.observed else NOT_READ


def known_of(
    plan: Plan, latest: Mapping[Key, Period], ends: Mapping[str, date]
) -> dict[Place, Known]:
    """What is known of each link of a plan.

    latest  the newest period of each link, as the history has it
    ends    the last day of each identity's credential
    """
    return {
        change.place: _known(
            change,
            latest.get((change.place.tenant, change.place.identity)),
            plan.created_at,
            ends.get(change.place.identity),
        )
        for change in plan.changes
    }


def _known(
    change: Change, before: Period | None, read_at: datetime, expires_on: date | None
) -> Known:
    seen = change.observed
    if seen is None or seen.state is ObservedState.UNKNOWN:
        if before is None:
            return Known(expires_on=expires_on)
        return Known(before.linked_since, before.read_at, before.read_partner_id, expires_on)
    moments = []
    if seen.partner_id:
        is_same = before is not None and before.read_partner_id == seen.partner_id
        moments = [_moment(seen), before.linked_since if before and is_same else None]
    return Known(min(filter(None, moments), default=None), read_at, None, expires_on)


def conditions(texts: Iterable[str], aliases: Mapping[str, str]) -> tuple[Filter, ...]:
    """What a command line asks for: `state=unknown`, `expires<2027-01-01`. Raises `WrongUsage`.

    aliases  what the file calls partner IDs
    """
    found = []
    for text in texts:
        parts = _CONDITION.fullmatch(text)
        if parts is None:
            raise WrongUsage(f'--where {text} is no condition; write FIELD=VALUE, as in "tag=emea"')
        name, operator, value = parts.groups()
        check_field("--where", name)
        if name in ("partner", "wanted"):
            value = aliases.get(value, value)
        if (name, value) == ("state", "unreadable"):
            value = ObservedState.UNKNOWN.value
        found.append(Filter(name, operator, value))
    return tuple(found)


def check_field(option: str, field: str) -> None:
    """Raise `WrongUsage` for a field that no link has."""
    if field not in FIELDS:
        raise WrongUsage(f"{option}: {field} is no field; they are: {', '.join(FIELDS)}")


def matching(plan: Plan, wanted: Sequence[Filter]) -> Plan:
    """The plan with those links of which every condition holds, and what was found of them."""
    if not wanted:
        return plan
    kept = tuple(
        change
        for change in plan.changes
        if all(one.holds(change, known_about(plan, change)) for one in wanted)
    )
    tenants = {change.place.tenant for change in kept} | {None}
    findings = tuple(finding for finding in plan.findings if finding.tenant in tenants)
    return replace(plan, changes=kept, findings=findings)


def grouped(plan: Plan, fields: Sequence[str]) -> tuple[InventoryGroup, ...]:
    """The links rolled up by these fields, the largest group first, and of equals nothing last.

    A link with several tags, or that serves several customers, is in several groups.
    """
    groups: dict[tuple[str, ...], list[Change]] = {}
    for change in plan.changes:
        for values in _keys(change, known_about(plan, change), fields):
            groups.setdefault(values, []).append(change)
    made = [_group(values, changes) for values, changes in groups.items()]
    return tuple(sorted(made, key=_rank))


def _rank(group: InventoryGroup) -> tuple[int, list[tuple[bool, str]]]:
    return -len(group.changes), [(not value, value) for value in group.values]


def inventory_data(plan: Plan, by: Sequence[str] = ()) -> Data:
    """The inventory as JSON data: a plan's shape, with what is known besides, and the groups."""
    data = plan_data(plan, FactKind.INVENTORY)
    for link, change in zip(data["links"], plan.changes, strict=True):
        known = known_about(plan, change)
        link |= {
            "linked_since": iso(known.linked_since) if known.linked_since else None,
            "verified_at": iso(known.verified_at) if known.verified_at else None,
            "last_partner_id": known.last_partner_id,
            "expires_on": _day(known.expires_on),
        }
    if by:
        data["groups"] = [
            {
                "by": dict(zip(by, group.values, strict=True)),
                "partner_names": list(group.names),
                "links": len(group.changes),
                "states": {state: group.count(state) for state in STATES},
                "customers": list(group.customers),
            }
            for group in grouped(plan, by)
        ]
    return data


def _keys(change: Change, known: Known, names: Sequence[str]) -> list[tuple[str, ...]]:
    keys: list[tuple[str, ...]] = [()]
    for name in names:
        values = [value or "" for value in FIELDS[name](change, known)] or [""]
        shown = [value[:7] if name in DAYS else value for value in values]
        keys = [(*key, value) for key in keys for value in shown]
    return keys


def _group(values: tuple[str, ...], changes: Sequence[Change]) -> InventoryGroup:
    names = (c.observed.partner_name for c in changes if c.observed)
    customers = (name for c in changes for name in (c.place.tenant, *c.wanted.covers))
    return InventoryGroup(
        values,
        tuple(dict.fromkeys(name for name in names if name)),
        tuple(dict.fromkeys(customers)),
        tuple(changes),
    )


def _moment(seen: Observed | None) -> datetime | None:
    """The time of Azure's last change to a link; None where it names none."""
    try:
        moment = datetime.fromisoformat((seen and seen.updated_at) or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(moment: date | None) -> str | None:
    if isinstance(moment, datetime):
        return iso(moment)[:10]
    return moment.isoformat() if moment else None
