"""Grants: what the permissions of an Azure role allow, in four steps.

Azure's rules: `*` stands for any text, with slashes. Case does not matter. What one block of a role
excludes (`notActions`) is excluded from that block only.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

_EVERY_ROLE_HAS = (
    "microsoft.support/",
    "microsoft.insights/alertrules/",
    "microsoft.resources/deployments/",
)
"""Most roles may use these, also roles that only read. They are set aside."""

_PROBES = ("write", "delete", "action", "read")
_PROBE = "probe"


class Grants(StrEnum):
    """The most that a role may do with resources. The first is the most."""

    CONTROL_WRITE = "control_write"
    CONTROL_ACTION = "control_action"
    DATA = "data"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Permission:
    """One block of a role's permissions. All texts are in lower case."""

    actions: frozenset[str] = frozenset()
    not_actions: frozenset[str] = frozenset()
    data_actions: frozenset[str] = frozenset()
    not_data_actions: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        actions: Iterable[str],
        not_actions: Iterable[str] = (),
        data_actions: Iterable[str] = (),
        not_data_actions: Iterable[str] = (),
    ) -> "Permission":
        """A block from texts in any case and order."""
        lists = (actions, not_actions, data_actions, not_data_actions)
        return cls(*(frozenset(map(str.lower, texts)) for texts in lists))


def grants_of(permissions: Iterable[Permission]) -> Grants:
    """The most that these blocks allow, without what every role has."""
    return min(map(_grants, permissions), default=Grants.READ, key=list(Grants).index)


def _grants(permission: Permission) -> Grants:
    verbs = set(_verbs(permission.actions, permission.not_actions))
    if verbs & {"write", "delete"}:
        return Grants.CONTROL_WRITE
    if "action" in verbs:
        return Grants.CONTROL_ACTION
    if any(verb != "read" for verb in _verbs(permission.data_actions, permission.not_data_actions)):
        return Grants.DATA
    return Grants.READ


def _verbs(allowed: Iterable[str], excluded: frozenset[str]) -> Iterator[str]:
    """The last segment of each operation that is allowed and not excluded."""
    for pattern in allowed:
        if pattern.startswith(_EVERY_ROLE_HAS):
            continue
        for operation in _operations(pattern):
            if not any(matches(other, operation) for other in excluded):
                yield operation.rpartition("/")[2]


def _operations(pattern: str) -> Iterator[str]:
    """Examples of what a pattern matches, one for each verb that its end leaves open."""
    if not pattern.endswith("*"):
        yield pattern.replace("*", _PROBE)
        return
    start = pattern[:-1].replace("*", _PROBE)
    for verb in _PROBES:
        yield f"{start}{_PROBE}/{verb}"
        if start.endswith("/"):
            yield f"{start}{verb}"


def matches(pattern: str, operation: str) -> bool:
    """Whether a pattern, in which `*` is any text, matches an operation.

    A regular expression with many `*` could take hours, and customers write the patterns.
    """
    start, *parts = pattern.split("*")
    if not parts:
        return pattern == operation
    end = parts.pop()
    at, ends_at = len(start), len(operation) - len(end)
    if not (operation.startswith(start) and operation.endswith(end)):
        return False
    for part in parts:
        found = operation.find(part, at, ends_at)
        if found < 0:
            return False
        at = found + len(part)
    return at <= ends_at
