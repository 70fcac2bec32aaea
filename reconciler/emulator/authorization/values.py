"""Values about access: subscriptions, role assignments and delegations. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import uuid5

from reconciler.emulator.authorization.roles import Role
from reconciler.emulator.state.directory import OURS

ROOT = "/"
MANAGEMENT_GROUPS = "/providers/Microsoft.Management/managementGroups/"


class Caller(NamedTuple):
    """The principal of a token: its tenant and its object ID there."""

    tenant_id: str
    object_id: str


@dataclass(frozen=True)
class Subscription:
    """A subscription.

    tenant_id: the home tenant
    management_groups: the names of those that contain it, from the nearest to the topmost
    managed_by: tenants that are named in `managedByTenants` beside those of delegations
    resource_groups: name → resources, each as `Microsoft.Storage/storageAccounts/name`
    """

    subscription_id: str
    tenant_id: str
    name: str
    state: str = "Enabled"
    management_groups: tuple[str, ...] = ()
    managed_by: tuple[str, ...] = ()
    resource_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def scope(self) -> str:
        """The scope of the whole subscription."""
        return f"/subscriptions/{self.subscription_id}"


@dataclass(frozen=True)
class RoleAssignment:
    """A role that a principal holds at a scope, or can activate there.

    tenant_id: the tenant of the principal
    principal_type: User, Group or ServicePrincipal
    since, until: ticks of 100 ns since 1970; None is without limit
    is_delegated: whether it is part of an Azure Lighthouse delegation
    given_id: its GUID, if it is not derived
    """

    scope: str
    role: Role
    tenant_id: str
    principal_id: str
    principal_type: str
    is_eligible: bool = False
    is_activated: bool = False
    since: int | None = None
    until: int | None = None
    condition: str | None = None
    is_delegated: bool = False
    given_id: str = ""

    @property
    def assignment_id(self) -> str:
        """The GUID of the assignment: the given one, or one derived from its content."""
        if self.given_id:
            return self.given_id
        parts = (self.scope.lower(), self.role.role_id, self.principal_id, str(self.is_eligible))
        return str(uuid5(OURS, f"assignment:{':'.join(parts)}"))

    def is_in_time(self, now: int) -> bool:
        """Say whether it has begun and has not ended."""
        return (self.since or 0) <= now and (self.until is None or now < self.until)


@dataclass(frozen=True)
class Delegation:
    """An Azure Lighthouse delegation of a subscription or a resource group.

    tenant_id: the managing tenant
    plan: that of a Marketplace offer
    """

    scope: str
    tenant_id: str
    name: str
    assignments: tuple[RoleAssignment, ...]
    plan: Mapping[str, Any] | None = None

    @property
    def delegation_id(self) -> str:
        """The GUID of the delegation, derived from its scope and tenant."""
        return str(uuid5(OURS, f"delegation:{self.scope.lower()}:{self.tenant_id}"))
