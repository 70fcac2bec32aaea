"""Filters and groups of an inventory: `--where` and `--by`."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.core.access.link_access import access_of
from reconciler.core.access.values import AccessVerdict
from reconciler.core.errors import WrongUsage
from reconciler.core.inventory.inventory import (
    STATES,
    Inventory,
    Known,
    changed_at,
    day,
    known_about,
    state_of,
)
from reconciler.core.links import Action, Change, ObservedState
from reconciler.core.plan import Plan
from reconciler.core.selectors import matches_glob

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
    "since": lambda c, k: [day(k.linked_since)],
    "changed": lambda c, k: [day(changed_at(c.observed))],
    "verified": lambda c, k: [day(k.verified_at)],
    "expires": lambda c, k: [day(k.expires_on)],
    "access": lambda c, k: [access.verdict if (access := access_of(c)) else None],
    "access_reason": lambda c, k: [access.reason if (access := access_of(c)) else None],
}
"""The fields for filters and groups. Days are written as `2026-11-23`."""


VALUES: Mapping[str, Sequence[str]] = {
    "state": (*STATES, "unreadable"),
    "action": tuple(action.value for action in Action),
    "access": tuple(verdict.value for verdict in AccessVerdict),
}
"""All values of the fields that have a few. A condition with another one is a typing error."""

ACCESS_FIELDS = frozenset({"access", "access_reason"})
"""The fields that have values only if access was checked."""

DAYS = frozenset({"since", "changed", "verified", "expires"})
"""The fields that are grouped by month."""


_CONDITION = re.compile(r"\s*([a-z_]+)\s*(!=|<=|>=|=|<|>)\s*(.*?)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition that a link must meet to be shown.

    operator  = and != take globs; < <= > >= compare text, which is right for days
    value     empty for a link without a value
    """

    field: str
    operator: str
    value: str

    def holds(self, change: Change, known: Known) -> bool:
        """Whether a link meets the condition. One of several tags or customers is enough."""
        values = [value for value in FIELDS[self.field](change, known) if value]
        if self.operator in ("=", "!="):
            is_like = any(matches_glob(value, self.value) for value in values or [""])
            return is_like is (self.operator == "=")
        return any(_COMPARED[self.operator](value, self.value) for value in values)


_COMPARED: Mapping[str, Callable[[str, str], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class InventoryGroup:
    """Links with equal values.

    values     one for each field that they are grouped by; empty for no value
    names      Azure's names of the partners of its links
    customers  the tenants and the customers that their links cover, each once
    """

    values: tuple[str, ...]
    names: tuple[str, ...]
    customers: tuple[str, ...]
    changes: tuple[Change, ...]

    def count(self, state: str) -> int:
        """The number of its links in this state."""
        return sum(1 for change in self.changes if state_of(change) == state)


def parse_filters(texts: Iterable[str], aliases: Mapping[str, str]) -> tuple[Filter, ...]:
    """The filters that `--where` names: `state=unknown`, `expires<2027-01-01`.

    aliases  the file's names of partner IDs

    Raises `WrongUsage`.
    """
    return tuple(_parsed(text, aliases) for text in texts)


def usage_errors(by: Iterable[str], where: Iterable[str]) -> list[str]:
    """Return what is wrong with the fields of `--by` and the conditions of `--where`."""
    errors = [_unknown_field("--by", field) for field in by if field not in FIELDS]
    for text in where:
        try:
            _parsed(text, {})
        except WrongUsage as error:
            errors.append(str(error))
    return errors


def _parsed(text: str, aliases: Mapping[str, str]) -> Filter:
    parts = _CONDITION.fullmatch(text)
    if parts is None:
        raise WrongUsage(f'--where {text} is not a condition; write FIELD=VALUE, as in "tag=emea"')
    name, comparison, value = parts.groups()
    if name not in FIELDS:
        raise WrongUsage(_unknown_field("--where", name))
    if name in ("partner", "wanted"):
        value = aliases.get(value, value)
    if (name, value) == ("state", "unreadable"):
        value = ObservedState.UNKNOWN.value
    known = VALUES.get(name, ())
    if value and known and not any(matches_glob(each, value) for each in known):
        raise WrongUsage(f"--where {name}: no such value {value}; the values are: {_list(known)}")
    return Filter(name, comparison, value)


def _unknown_field(option: str, field: str) -> str:
    return f"{option}: unknown field {field}; the fields are: {_list(FIELDS)}"


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)


def filtered(plan: Plan, wanted: Sequence[Filter]) -> Plan:
    """The plan with the links that meet every condition, and their findings."""
    if not wanted:
        return plan
    kept = tuple(
        change
        for change in plan.changes
        if all(one.holds(change, known_about(plan, change)) for one in wanted)
    )
    tenants = {name for c in kept for name in (c.place.tenant, *c.wanted.covers)} | {None}
    findings = tuple(finding for finding in plan.findings if finding.tenant in tenants)
    shown = replace(plan, changes=kept, findings=findings)
    if isinstance(shown, Inventory) and shown.changes_since:
        keys = {change.place.key for change in kept}
        return replace(shown, changes_since=shown.changes_since.only(keys))
    return shown


def grouped(plan: Plan, fields: Sequence[str]) -> tuple[InventoryGroup, ...]:
    """The links in groups with equal values, the largest group first, empty values last.

    A link with several tags, or that covers several customers, is in several groups.
    """
    groups: dict[tuple[str, ...], list[Change]] = {}
    for change in plan.changes:
        for values in _keys(change, known_about(plan, change), fields):
            groups.setdefault(values, []).append(change)
    made = [_group(values, changes) for values, changes in groups.items()]
    return tuple(sorted(made, key=_rank))


def _rank(group: InventoryGroup) -> tuple[int, list[tuple[bool, str]]]:
    return -len(group.changes), [(not value, value) for value in group.values]


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
