"""Role assignments as Azure lists them: parsing, judging, and the time when each ends."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reconciler.azure.access.listings import Entry
from reconciler.azure.signin.openid import GUID
from reconciler.core.access.roles import Judgement
from reconciler.core.access.values import Assignment

_FRACTION = re.compile(r"\.[0-9]+")
_GROUPS = frozenset({"group", "foreigngroup"})
_ALONE = frozenset({"user", "serviceprincipal", "device"})
"""Types of principals without members."""


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """One entry of a list of role assignments, or of PIM's instances of them.

    key           the ID of the role assignment, in lower case; empty if there is none
    role_path     the path of the role definition, as Azure answered it
    principal_id  the principal or one of its groups, in lower case
    until         UTC, when it ends; None if it does not end
    """

    key: str
    role_path: str
    scope: str
    principal_id: str
    through_group: bool
    conditional: bool
    until: datetime | None = None

    @property
    def role_id(self) -> str:
        """The GUID of the role in lower case."""
        return self.role_path.rpartition("/")[2].lower()


def held_by(object_id: str, entries: Iterable[Entry]) -> tuple[RoleHeld, ...]:
    """The entries that are about this principal or one of its groups.

    Azure applies the filter of the request. Without it, the roles of others would be listed, too.
    """
    found = (_parsed(object_id, entry) for entry in entries)
    return tuple(held for held in found if held)


def is_malformed(entry: Entry) -> bool:
    """Whether an entry does not say which role it is about."""
    properties = entry.get("properties")
    path = _text(properties.get("roleDefinitionId")) if isinstance(properties, dict) else ""
    return not GUID.fullmatch(path.rpartition("/")[2])


def assignment_of(
    subscription_id: str, held: RoleHeld, judged: tuple[str, Judgement]
) -> Assignment:
    """The assignment of a role that was judged."""
    name, (counts, reason) = judged
    return Assignment(
        subscription_id,
        held.scope,
        name,
        held.role_id or None,
        counts,
        reason,
        held.through_group,
        held.conditional,
        held.until,
    )


def end_of(held: RoleHeld, instances: Sequence[RoleHeld]) -> datetime | None:
    """When an assignment ends, as PIM says; None if it does not end or PIM does not know it."""
    same = [each for each in instances if held.key and each.key == held.key]
    if not same:
        role = (held.role_id, held.scope.lower())
        same = [each for each in instances if (each.role_id, each.scope.lower()) == role]
    ends = [each.until for each in same]
    known = [end for end in ends if end]
    return max(known) if known and len(known) == len(ends) else None


def _parsed(object_id: str, entry: Entry) -> RoleHeld | None:
    if is_malformed(entry):
        return None
    properties = entry["properties"]
    principal = _text(properties.get("principalId")).lower()
    kind = _text(properties.get("principalType")).lower()
    is_other = bool(principal) and principal != object_id
    if is_other and kind in _ALONE:
        return None
    origin = properties.get("originRoleAssignmentId") or entry.get("id")
    return RoleHeld(
        _text(origin).lower(),
        _text(properties.get("roleDefinitionId")),
        _text(properties.get("scope")),
        principal,
        is_other or kind in _GROUPS,
        bool(properties.get("condition")),
        _moment(properties.get("endDateTime")),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _moment(value: Any) -> datetime | None:
    """A time of Azure in UTC, without fractions of a second: it has seven digits of them."""
    try:
        moment = datetime.fromisoformat(_FRACTION.sub("", _text(value)))
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):  # the year 9999, in a zone west of UTC
        return None
