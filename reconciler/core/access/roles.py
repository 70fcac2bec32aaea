"""Roles: which built-in roles are on Microsoft's list, and whether a role counts by that list.

Microsoft publishes a table of Azure roles that are eligible for Partner Earned Credit, and uses the
same roles for attribution by PAL. A role that is not in the table can only be judged by a rule,
which agrees with the table for 93 of 94 such roles: it says `probably`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from reconciler.core.access.grants import Grants, Permission, grants_of
from reconciler.core.access.values import AccessReason, Counts

Judgement = tuple[Counts, AccessReason]

SUPPORT_REQUEST_CONTRIBUTOR = "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e"
"""The smallest listed role: it may open support requests and read role assignments."""


@dataclass(frozen=True, slots=True)
class ListedRole:
    """A role in Microsoft's table.

    counts  whether the table says yes
    """

    name: str
    counts: bool


@dataclass(frozen=True, slots=True)
class RoleDefinition:
    """A role that is not in the table, as Azure describes it."""

    name: str
    is_custom: bool
    permissions: tuple[Permission, ...]


@dataclass(frozen=True, slots=True)
class RoleList:
    """Microsoft's table of roles.

    as_of           the date of the table
    roles           by GUID in lower case
    by_permission   the GUIDs of the roles that consist of exactly this block
    """

    as_of: date
    roles: Mapping[str, ListedRole]
    by_permission: Mapping[Permission, str]

    def judge_listed(self, role_id: str) -> tuple[str, Judgement] | None:
        """The name of a role in the table, and whether it counts; None for any other role."""
        role = self.roles.get(role_id)
        if role is None:
            return None
        if role.counts:
            return role.name, (Counts.YES, AccessReason.ROLE_LISTED)
        return role.name, (Counts.NO, AccessReason.READER_ONLY)

    def judge_permission(self, block: Permission) -> tuple[str, str | None, Judgement]:
        """Name, GUID and judgement of a role of which only the permissions are known."""
        role_id = self.by_permission.get(block)
        if role_id and (known := self.judge_listed(role_id)):
            name, (counts, reason) = known
            is_yes = counts is Counts.YES
            return name, role_id, (counts, AccessReason.FROM_PERMISSIONS if is_yes else reason)
        may_write = grants_of([block]) is Grants.CONTROL_WRITE
        counts = Counts.PROBABLY if may_write else Counts.UNKNOWN
        return "", None, (counts, AccessReason.ROLE_NOT_ON_LIST)


def judge_defined(role: RoleDefinition | None) -> Judgement:
    """Whether a role that is not in the table counts; None if its definition cannot be read."""
    if role is None:
        return Counts.UNKNOWN, AccessReason.ROLE_NOT_ON_LIST
    grants = grants_of(role.permissions)
    if role.is_custom:
        is_likely = grants is Grants.CONTROL_WRITE
        return Counts.PROBABLY if is_likely else Counts.UNKNOWN, AccessReason.CUSTOM_ROLE
    is_likely = grants is not Grants.READ and "reader" not in role.name.lower()
    return Counts.PROBABLY if is_likely else Counts.UNKNOWN, AccessReason.ROLE_NOT_ON_LIST
