"""Sections of a seed about access: subscriptions, roles, groups, assignments and delegations."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Annotated, Any
from uuid import uuid5

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from reconciler.emulator.authorization.built_in_roles import BUILT_IN_ROLES
from reconciler.emulator.authorization.roles import Role
from reconciler.emulator.authorization.values import MANAGEMENT_GROUPS, ROOT, Subscription
from reconciler.emulator.seed.fields import (
    Flag,
    Guid,
    Part,
    TenantId,
    TenantIds,
    Texts,
    Time,
)
from reconciler.emulator.state.directory import GUID, OURS

UNKNOWN = None
"""In the context of a validation: the section has errors, so what it defines is not known."""

SCOPE = re.compile(
    rf"/|/subscriptions/{GUID.pattern}(/resourcegroups/[^/]+(/providers(/[^/]+){{3,}})?)?"
    rf"|{MANAGEMENT_GROUPS}[^/]+",
    re.ASCII | re.IGNORECASE,
)


def _role_name(name: str, info: ValidationInfo) -> str:
    defined = (info.context or {}).get("roles", ())
    if defined is UNKNOWN:
        return name
    known = {role.name for role in BUILT_IN_ROLES} | set(defined)
    if name not in known and not GUID.fullmatch(name):
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "define it in roles"
        raise ValueError(f"there is no role {name!r}; {hint}")
    return name


def _scope(text: str) -> str:
    if not SCOPE.fullmatch(text):
        raise ValueError(f"{text!r} is not a scope such as /subscriptions/GUID/resourceGroups/NAME")
    return text


RoleName = Annotated[str, AfterValidator(_role_name)]
"""The name or the GUID of a role that is built in or defined in `roles`."""


class ResourceGroupEntry(Part):
    """One of a subscription's `resource_groups`."""

    name: str
    resources: Texts = ()


class SubscriptionEntry(Part):
    """One of `subscriptions`."""

    subscription: Guid
    tenant: TenantId
    name: str = ""
    state: str = "Enabled"
    management_groups: Texts = ()
    managed_by: TenantIds = frozenset()
    resource_groups: tuple[ResourceGroupEntry, ...] = ()
    tags: dict[str, str] = Field(default_factory=dict)

    def value(self) -> Subscription:
        """Return the subscription."""
        return Subscription(
            self.subscription,
            self.tenant,
            self.name or self.subscription,
            self.state,
            self.management_groups,
            tuple(sorted(self.managed_by)),
            {group.name: group.resources for group in self.resource_groups},
            self.tags,
        )


class RoleEntry(Part):
    """One of `roles`: a custom role, or a built-in one that the emulator does not know."""

    role: str
    role_id: Guid | None = None
    built_in: Flag = False
    description: str = ""
    actions: Texts = ()
    not_actions: Texts = ()
    data_actions: Texts = ()
    not_data_actions: Texts = ()

    def value(self) -> Role:
        """Return the role; its GUID is derived if it is not given."""
        values = dict(self)
        name, is_built_in = values.pop("role"), values.pop("built_in")
        role_id = values.pop("role_id") or str(uuid5(OURS, f"role:{name}"))
        return Role(role_id, name, is_custom=not is_built_in, **values)


class PrincipalEntry(Part):
    """A principal: an object ID, an app, a user or a group of `groups`."""

    object_id: Guid | None = None
    client_id: Guid | None = None
    username: str | None = None
    group: Guid | None = None

    @model_validator(mode="after")
    def _one_principal(self) -> PrincipalEntry:
        named = (self.object_id, self.client_id, self.username, self.group)
        if sum(value is not None for value in named) != 1:
            raise ValueError("needs one of object_id, client_id, username or group")
        return self


class GroupEntry(Part):
    """One of `groups`, with its direct members."""

    tenant: TenantId
    object_id: Guid
    members: tuple[PrincipalEntry, ...] = ()


class RoleAssignmentEntry(PrincipalEntry):
    """One of `role_assignments`.

    tenant: by default the home tenant of the subscription in the scope
    eligible: whether it is only eligible, so that it must be activated before it counts
    activated: whether it was activated; `until` is the end of that
    assignment_id: by default derived
    """

    scope: Annotated[str, AfterValidator(_scope)]
    role: RoleName
    tenant: TenantId | None = None
    eligible: Flag = False
    activated: Flag = False
    since: Time | None = None
    until: Time | None = None
    condition: str | None = None
    assignment_id: Guid | None = None

    @model_validator(mode="after")
    def _known_tenant(self, info: ValidationInfo) -> RoleAssignmentEntry:
        if self.tenant is None and not _is_known(self.scope, info):
            what = "tenant is missing" if self.scope == ROOT else f"{self.scope} is not listed"
            raise ValueError(f"{what}; list it in subscriptions, or name the tenant")
        return self


class AuthorizationEntry(PrincipalEntry):
    """One of a delegation's `authorizations`."""

    role: RoleName
    eligible: Flag = False


class DelegationEntry(Part):
    """One of `delegations`: Azure Lighthouse, of a subscription or a resource group."""

    subscription: Guid
    resource_group: str | None = None
    managing_tenant: TenantId
    name: str = "Managed services"
    authorizations: tuple[AuthorizationEntry, ...] = ()
    plan: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _known_subscription(self, info: ValidationInfo) -> DelegationEntry:
        if not _is_known(self.scope, info):
            raise ValueError(f"{self.scope} is not listed; list it in subscriptions")
        return self

    @property
    def scope(self) -> str:
        """The delegated scope."""
        inside = f"/resourceGroups/{self.resource_group}" if self.resource_group else ""
        return f"/subscriptions/{self.subscription}{inside}"


def _is_known(scope: str, info: ValidationInfo) -> bool:
    homes = (info.context or {}).get("homes", {})
    return homes is UNKNOWN or home_of(scope, homes) is not None


def home_of(scope: str, homes: dict[str, str]) -> str | None:
    """Return the tenant of a scope below a known subscription or management group."""
    scope = scope.lower()
    if scope.startswith("/subscriptions/"):
        scope = "/".join(scope.split("/")[:3])
    return homes.get(scope)
