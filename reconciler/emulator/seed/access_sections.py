"""The sections of a seed about access, and the state that they describe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import ValidationInfo, field_validator

from reconciler.emulator.authorization.access import Access
from reconciler.emulator.authorization.built_in_roles import BUILT_IN_ROLES
from reconciler.emulator.authorization.roles import Role
from reconciler.emulator.authorization.values import MANAGEMENT_GROUPS, Delegation, RoleAssignment
from reconciler.emulator.seed.access import (
    UNKNOWN,
    DelegationEntry,
    GroupEntry,
    PrincipalEntry,
    RoleAssignmentEntry,
    RoleEntry,
    SubscriptionEntry,
    home_of,
)
from reconciler.emulator.seed.fields import Part, refuse_twins

FindPrincipal = Callable[[str, PrincipalEntry], tuple[str, str]]
"""Returns the object ID and the type of a principal in a tenant."""


class AccessSections(Part):
    """The sections about access. Without them there is no subscription."""

    # The order matters: tenants of scopes and names of roles are looked up in the sections before.
    subscriptions: tuple[SubscriptionEntry, ...] = ()
    roles: tuple[RoleEntry, ...] = ()
    groups: tuple[GroupEntry, ...] = ()
    role_assignments: tuple[RoleAssignmentEntry, ...] = ()
    delegations: tuple[DelegationEntry, ...] = ()

    @field_validator("subscriptions", mode="before")
    @classmethod
    def _before_subscriptions(cls, entries: Any, info: ValidationInfo) -> Any:
        (info.context or {})["homes"] = UNKNOWN
        return entries

    @field_validator("roles", mode="before")
    @classmethod
    def _before_roles(cls, entries: Any, info: ValidationInfo) -> Any:
        (info.context or {})["roles"] = UNKNOWN
        return entries

    @field_validator("subscriptions")
    @classmethod
    def _check_subscriptions(cls, entries: Any, info: ValidationInfo) -> Any:
        refuse_twins(entry.subscription for entry in entries)
        (info.context or {})["homes"] = _homes(entries)
        return entries

    @field_validator("roles")
    @classmethod
    def _check_roles(cls, entries: Any, info: ValidationInfo) -> Any:
        refuse_twins(entry.role for entry in entries)
        (info.context or {})["roles"] = {entry.role for entry in entries}
        return entries

    @property
    def context(self) -> dict[str, Any]:
        """What the validation of further entries needs to know of these."""
        return {
            "homes": _homes(self.subscriptions),
            "roles": {entry.role for entry in self.roles},
        }

    def assignments_without(
        self, assignment_id: str, find: FindPrincipal
    ) -> tuple[RoleAssignmentEntry, ...]:
        """Return the role assignments without one of them."""
        build = self._builder(find)
        return tuple(
            entry
            for entry in self.role_assignments
            if build.assignment(entry).assignment_id != assignment_id
        )

    def _builder(self, find: FindPrincipal) -> _Builder:
        roles = [*BUILT_IN_ROLES, *(entry.value() for entry in self.roles)]
        return _Builder(find, roles, _homes(self.subscriptions))

    def access(self, find: FindPrincipal) -> Access:
        """Return the state that the sections describe."""
        build = self._builder(find)
        members = {
            entry.object_id: frozenset(find(entry.tenant, each)[0] for each in entry.members)
            for entry in self.groups
        }
        return Access(
            [entry.value() for entry in self.subscriptions],
            build.roles,
            members,
            map(build.assignment, self.role_assignments),
            list(map(build.delegation, self.delegations)),
        )


class _Builder:
    """Builds assignments, whose principals and roles are looked up."""

    def __init__(self, find: FindPrincipal, roles: list[Role], homes: dict[str, str]) -> None:
        self._find = find
        self.roles = roles
        self._homes = homes
        self._roles = {key: role for role in roles for key in (role.name, role.role_id)}

    def _role(self, name: str) -> Role:
        return self._roles.get(name) or Role(name.lower(), name, is_custom=True)

    def assignment(self, entry: RoleAssignmentEntry) -> RoleAssignment:
        tenant_id = entry.tenant or home_of(entry.scope, self._homes) or ""
        return RoleAssignment(
            entry.scope,
            self._role(entry.role),
            tenant_id,
            *self._find(tenant_id, entry),
            entry.eligible,
            entry.activated,
            entry.since,
            entry.until,
            entry.condition,
            given_id=entry.assignment_id or "",
        )

    def delegation(self, entry: DelegationEntry) -> Delegation:
        tenant_id = entry.managing_tenant
        assignments = tuple(
            RoleAssignment(
                entry.scope,
                self._role(each.role),
                tenant_id,
                *self._find(tenant_id, each),
                each.eligible,
                is_delegated=True,
            )
            for each in entry.authorizations
        )
        return Delegation(entry.scope, tenant_id, entry.name, assignments, entry.plan)


def _homes(entries: tuple[SubscriptionEntry, ...]) -> dict[str, str]:
    """Return the tenant of each subscription and management group, by its scope."""
    return {
        scope.lower(): entry.tenant
        for entry in entries
        for scope in (
            f"/subscriptions/{entry.subscription}",
            *(MANAGEMENT_GROUPS + name for name in entry.management_groups),
        )
    }
