"""Bodies of the answers about subscriptions and roles, as Azure Resource Manager writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.emulator.authorization.access import Access
from reconciler.emulator.authorization.roles import Role
from reconciler.emulator.authorization.values import (
    MANAGEMENT_GROUPS,
    ROOT,
    Delegation,
    RoleAssignment,
    Subscription,
)
from reconciler.emulator.state.clock import format_time

CREATED = "2026-03-02T09:15:00.1234567Z"
AUTHORIZATION = "Microsoft.Authorization"
MANAGED_SERVICES = "Microsoft.ManagedServices"
ADDED_FIELDS = "2022-04-01"
"""The api-version from which permissions contain data actions."""

CONDITIONS = "2022-05-01"


def subscription(one: Subscription, access: Access) -> dict[str, Any]:
    """Describe a subscription. `tenantId` is its home tenant."""
    delegated = (each.tenant_id for each in access.delegations_of(one))
    return {
        "id": one.scope,
        "authorizationSource": "RoleBased",
        "managedByTenants": [
            {"tenantId": each} for each in dict.fromkeys((*delegated, *one.managed_by))
        ],
        **({"tags": dict(one.tags)} if one.tags else {}),
        "subscriptionId": one.subscription_id,
        "tenantId": one.tenant_id,
        "displayName": one.name,
        "state": one.state,
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "EnterpriseAgreement_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def resource_group(scope: str, name: str) -> dict[str, Any]:
    """Describe a resource group of the subscription at `scope`."""
    return {
        "id": f"{scope}/resourceGroups/{name}",
        "name": name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": "westeurope",
        "properties": {"provisioningState": "Succeeded"},
    }


def resource(resource_id: str) -> dict[str, Any]:
    """Describe a resource by its ID."""
    kind, _, name = resource_id.partition("/providers/")[2].rpartition("/")
    return {"id": resource_id, "name": name, "type": kind, "location": "westeurope"}


def role_path(role: Role, scope: str) -> str:
    """Return the path of a role, which begins with the subscription that was asked about."""
    prefix = "/".join(scope.split("/")[:3]) if scope.startswith("/subscriptions/") else ""
    return f"{prefix}/providers/{AUTHORIZATION}/roleDefinitions/{role.role_id}"


def role_definition(role: Role, scope: str) -> dict[str, Any]:
    """Describe a role."""
    prefix = "/".join(scope.split("/")[:3]) if scope.startswith("/subscriptions/") else ROOT
    return {
        "properties": {
            "roleName": role.name,
            "type": "CustomRole" if role.is_custom else "BuiltInRole",
            "description": role.description,
            "assignableScopes": [prefix if role.is_custom else ROOT],
            "permissions": [_lists(role) | {"condition": None, "conditionVersion": None}],
            "createdOn": CREATED,
            "updatedOn": CREATED,
            "createdBy": None,
            "updatedBy": None,
        },
        "id": role_path(role, scope),
        "type": f"{AUTHORIZATION}/roleDefinitions",
        "name": role.role_id,
    }


def permission(one: RoleAssignment, version: str) -> dict[str, Any]:
    """Describe what an assignment allows; the role and the scope are not named."""
    lists = _lists(one.role)
    if version < ADDED_FIELDS:
        return {name: lists[name] for name in ("actions", "notActions")}
    if version >= CONDITIONS and one.condition:
        return {**lists, "condition": one.condition, "conditionVersion": "2.0"}
    return lists


def role_assignment(one: RoleAssignment, asked_scope: str) -> dict[str, Any]:
    """Describe an assignment, listed at `asked_scope`."""
    return {
        "properties": {
            "roleDefinitionId": role_path(one.role, asked_scope),
            "principalId": one.principal_id,
            "principalType": one.principal_type,
            "scope": one.scope,
            **_condition(one),
            "createdOn": CREATED,
            "updatedOn": CREATED,
            "createdBy": None,
            "updatedBy": None,
            "delegatedManagedIdentityResourceId": None,
            "description": None,
        },
        **_named(one, "roleAssignments"),
    }


def schedule_instance(
    one: RoleAssignment, asked_scope: str, object_id: str, kind: str
) -> dict[str, Any]:
    """Describe an assignment or an eligibility as PIM does.

    object_id: who asks; an assignment of another principal came through a group
    kind: `roleAssignmentScheduleInstances` or `roleEligibilityScheduleInstances`
    """
    origin = _named(one, "roleAssignments")["id"]
    schedule = _named(one, kind.replace("Instances", "s"))["id"]
    member = "Direct" if one.scope.lower() == asked_scope.lower() else "Inherited"
    ends = {} if one.until is None else {"endDateTime": format_time(one.until)}
    name = {"id": role_path(one.role, asked_scope), "displayName": one.role.name}
    specific = (
        {
            "assignmentType": "Activated" if one.is_activated else "Assigned",
            "originRoleAssignmentId": origin,
            "roleAssignmentScheduleId": schedule,
        }
        if kind.startswith("roleAssignment")
        else {"roleEligibilityScheduleId": schedule}
    )
    return {
        "properties": {
            "scope": one.scope,
            "roleDefinitionId": role_path(one.role, asked_scope),
            "principalId": one.principal_id,
            "principalType": one.principal_type,
            "status": "Provisioned",
            "startDateTime": CREATED if one.since is None else format_time(one.since),
            **ends,
            **specific,
            "memberType": member if one.principal_id == object_id else "Group",
            **_condition(one),
            "createdOn": CREATED,
            "expandedProperties": {
                "scope": {"id": one.scope, "displayName": one.scope, "type": _kind(one.scope)},
                "roleDefinition": {
                    **name,
                    "type": "CustomRole" if one.role.is_custom else "BuiltInRole",
                },
                "principal": {"id": one.principal_id, "type": one.principal_type},
            },
        },
        **_named(one, kind),
    }


def delegation(one: Delegation, home: str, *, is_definition: bool, expand: bool) -> dict[str, Any]:
    """Describe a delegation of a customer's subscription, or the definition behind it.

    home: the customer's tenant
    expand: whether the assignment contains the definition
    """
    base = f"{one.scope}/providers/{MANAGED_SERVICES}"
    definition: dict[str, Any] = {
        "properties": {
            "registrationDefinitionName": one.name,
            "description": one.name,
            "managedByTenantId": one.tenant_id,
            "manageeTenantId": home,
            "provisioningState": "Succeeded",
            "authorizations": [
                _authorized(each) for each in one.assignments if not each.is_eligible
            ],
            "eligibleAuthorizations": [
                _authorized(each) for each in one.assignments if each.is_eligible
            ],
        },
        **({"plan": dict(one.plan)} if one.plan else {}),
        "id": f"{base}/registrationDefinitions/{one.delegation_id}",
        "type": f"{MANAGED_SERVICES}/registrationDefinitions",
        "name": one.delegation_id,
    }
    if is_definition:
        return definition
    return {
        "properties": {
            "registrationDefinitionId": definition["id"],
            "provisioningState": "Succeeded",
            **({"registrationDefinition": definition} if expand else {}),
        },
        "id": f"{base}/registrationAssignments/{one.delegation_id}",
        "type": f"{MANAGED_SERVICES}/registrationAssignments",
        "name": one.delegation_id,
    }


def _authorized(one: RoleAssignment) -> dict[str, Any]:
    return {"principalId": one.principal_id, "roleDefinitionId": one.role.role_id}


def _lists(role: Role) -> dict[str, Any]:
    return {
        "actions": list(role.actions),
        "notActions": list(role.not_actions),
        "dataActions": list(role.data_actions),
        "notDataActions": list(role.not_data_actions),
    }


def _condition(one: RoleAssignment) -> Mapping[str, str | None]:
    version = "2.0" if one.condition else None
    return {"condition": one.condition, "conditionVersion": version}


def _named(one: RoleAssignment, kind: str) -> dict[str, str]:
    base = "" if one.scope == ROOT else one.scope
    return {
        "id": f"{base}/providers/{AUTHORIZATION}/{kind}/{one.assignment_id}",
        "type": f"{AUTHORIZATION}/{kind}",
        "name": one.assignment_id,
    }


def _kind(scope: str) -> str:
    if scope.lower().startswith(MANAGEMENT_GROUPS.lower()):
        return "managementgroup"
    parts = scope.count("/")
    return "subscription" if parts == 2 else "resourcegroup" if parts == 4 else "resource"
