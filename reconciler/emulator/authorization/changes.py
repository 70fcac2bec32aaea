"""Changes to role assignments, as `az role assignment create` and `delete` make them."""

from __future__ import annotations

import json
from typing import Any

from reconciler.emulator.arm import responses
from reconciler.emulator.authorization import answers
from reconciler.emulator.authorization.request_context import RequestContext, denied, document
from reconciler.emulator.authorization.values import RoleAssignment
from reconciler.emulator.messages import Answer
from reconciler.emulator.seed.access import RoleAssignmentEntry
from reconciler.emulator.seed.fields import check

WRITE = "Microsoft.Authorization/roleAssignments/write"
DELETE = "Microsoft.Authorization/roleAssignments/delete"


def assign(asked: RequestContext) -> Answer:
    """Assign a role to a principal at the scope."""
    if not asked.may(WRITE, asked.scope):
        return denied(asked, WRITE, asked.scope)
    try:
        properties: dict[str, Any] = json.loads(asked.call.request.body)["properties"]
        role_id = str(properties["roleDefinitionId"]).rpartition("/")[2].lower()
        key = "group" if properties.get("principalType") == "Group" else "object_id"
        fields = {
            "scope": asked.scope,
            "role": role_id,
            "tenant": asked.call.tenant,
            key: properties["principalId"],
            "condition": properties.get("condition"),
            "assignment_id": asked.target.name,
        }
        entry = check(
            RoleAssignmentEntry, fields, asked.world.directory, **asked.world.sections.context
        )
    except (ValueError, TypeError, KeyError) as error:
        message = f"The request content was invalid: {str(error) or type(error).__name__}"
        return responses.gateway_error(400, "InvalidRequestContent", message)
    if role_id not in asked.access.roles:
        message = f"The specified role definition with ID '{role_id}' does not exist."
        return responses.gateway_error(404, "RoleDefinitionDoesNotExist", message)
    principal_id = entry.group or entry.object_id
    for one in _at_scope(asked):
        if (one.role.role_id, one.principal_id) == (role_id, principal_id):
            message = "The role assignment already exists."
            return responses.gateway_error(409, "RoleAssignmentExists", message)
    entries = (*asked.world.sections.role_assignments, entry)
    asked.world.change_access(role_assignments=entries)
    (made,) = (one for one in _at_scope(asked) if one.assignment_id == asked.target.name)
    return document(answers.role_assignment(made, asked.scope), 201)


def unassign(asked: RequestContext) -> Answer:
    """Remove an assignment; 204 where there is none."""
    if not asked.may(DELETE, asked.scope):
        return denied(asked, DELETE, asked.scope)
    found = [one for one in _at_scope(asked) if one.assignment_id == asked.target.name]
    if not found:
        return Answer(204, responses.arm_headers())
    world = asked.world
    entries = world.sections.assignments_without(asked.target.name, world.principal)
    world.change_access(role_assignments=entries)
    return document(answers.role_assignment(found[0], asked.scope))


def _at_scope(asked: RequestContext) -> list[RoleAssignment]:
    found = asked.access.listed(asked.scope, asked.call.tenant, asked.now)
    return [one for one in found if one.scope.lower() == asked.scope.lower()]
