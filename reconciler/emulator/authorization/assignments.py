"""Answers about role assignments, permissions, roles and delegations."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.emulator.arm import responses
from reconciler.emulator.authorization import answers
from reconciler.emulator.authorization.request_context import (
    RequestContext,
    denied,
    document,
    page,
    subscription_of,
)
from reconciler.emulator.authorization.values import RoleAssignment
from reconciler.emulator.messages import Answer

READ_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments/read"
NO_LICENSE = (
    "AadPremiumLicenseRequired",
    "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
)


def role_assignments(asked: RequestContext) -> Answer:
    """List the assignments at, above and below a scope."""
    action = READ_ASSIGNMENTS
    if not asked.may(action, asked.scope):
        if asked.world.links.switches.unreadable_assignments == "empty":
            return page(asked, [])
        return denied(asked, action, asked.scope)
    found = asked.access.listed(asked.scope, asked.call.tenant, asked.now)
    matching = _filtered(asked, found)
    return page(asked, [answers.role_assignment(one, asked.scope) for one in matching])


def _filtered(asked: RequestContext, found: Iterable[RoleAssignment]) -> list[RoleAssignment]:
    conditions = asked.filter
    if conditions.is_at_scope:
        found = [one for one in found if asked.access.is_at_or_above(one, asked.scope)]
    if conditions.assigned_to:
        holders = asked.access.with_groups(conditions.assigned_to)
        found = [one for one in found if one.principal_id in holders]
    if conditions.principal_id:
        found = [one for one in found if one.principal_id == conditions.principal_id]
    return list(found)


def schedules(asked: RequestContext) -> Answer:
    """List what PIM knows. Without a subscription in the path, only the caller's own are asked."""
    is_eligible = asked.target.operation == "eligibility_schedules"
    kind = f"role{'Eligibility' if is_eligible else 'Assignment'}ScheduleInstances"
    action = f"Microsoft.Authorization/{kind}/read"
    pim = asked.world.links.switches.pim
    if pim == "no_license":
        return responses.gateway_error(400, *NO_LICENSE)
    has_right = asked.scope == "/" or asked.may(READ_ASSIGNMENTS, asked.scope)
    if pim == "refuse" or not has_right:
        return denied(asked, action, asked.scope)
    found = asked.access.listed(asked.scope, asked.call.tenant, asked.now, eligible=is_eligible)
    own = asked.call.object_id
    return page(
        asked,
        [answers.schedule_instance(one, asked.scope, own, kind) for one in _filtered(asked, found)],
    )


def permissions(asked: RequestContext) -> Answer:
    """List what the caller's roles allow at a scope, an entry for each assignment."""
    action = "Microsoft.Authorization/permissions/read"
    if not asked.may(action, asked.scope):
        return denied(asked, action, asked.scope)
    version = asked.call.request.parameter("api-version")
    held = asked.access.in_effect(asked.caller, asked.scope, asked.now)
    return page(asked, [answers.permission(one, version) for one in held])


def role_definitions(asked: RequestContext) -> Answer:
    """List the roles. Built-in ones are readable by everyone, without a scope."""
    action = "Microsoft.Authorization/roleDefinitions/read"
    if asked.scope != "/" and not asked.may(action, asked.scope):
        return denied(asked, action, asked.scope)
    known = [one for one in asked.access.roles.values() if asked.scope != "/" or not one.is_custom]
    if asked.target.name:
        known = [one for one in known if one.role_id == asked.target.name]
        if not known:
            message = f"The specified role definition with ID '{asked.target.name}' does not exist."
            return responses.gateway_error(404, "RoleDefinitionDoesNotExist", message)
        return document(answers.role_definition(known[0], asked.scope))
    entries = [answers.role_definition(one, asked.scope) for one in known]
    for name, wanted in (("roleName", asked.filter.role_name), ("type", asked.filter.role_type)):
        entries = [e for e in entries if wanted in ("", e["properties"][name].lower())]
    return page(asked, entries)


def registrations(asked: RequestContext) -> Answer:
    """List the delegations of a subscription that the caller's tenant takes part in."""
    is_definition = asked.target.operation == "registration_definitions"
    kind = "registrationDefinitions" if is_definition else "registrationAssignments"
    action = f"Microsoft.ManagedServices/{kind}/read"
    if not asked.may(action, asked.scope):
        return denied(asked, action, asked.scope)
    subscription, tenant_id = subscription_of(asked), asked.call.tenant
    expand = asked.call.request.parameter("$expandregistrationdefinition").lower() == "true"
    entries = [
        answers.delegation(one, subscription.tenant_id, is_definition=is_definition, expand=expand)
        for one in asked.access.delegations_of(subscription)
        if tenant_id in (subscription.tenant_id, one.tenant_id)
        and asked.filter.managed_by in ("", one.tenant_id)
    ]
    return page(asked, entries)
