"""Routes of Azure Resource Manager about subscriptions, roles and delegations.

What a principal may read follows from the actions of its roles.
"""

from __future__ import annotations

from reconciler.emulator.arm import responses
from reconciler.emulator.authorization import assignments, changes, resources
from reconciler.emulator.authorization.request_context import RequestContext
from reconciler.emulator.authorization.requests import read_filter, target
from reconciler.emulator.messages import Answer, Request
from reconciler.emulator.request_log import Call
from reconciler.emulator.state.directory import GUID
from reconciler.emulator.world import World

HANDLERS = {
    "subscriptions": resources.subscriptions,
    "role_assignments": assignments.role_assignments,
    "assign_role": changes.assign,
    "unassign_role": changes.unassign,
    "permissions": assignments.permissions,
    "resource_groups": resources.resource_groups,
    "resources": resources.resources,
    "role_definitions": assignments.role_definitions,
    "assignment_schedules": assignments.schedules,
    "eligibility_schedules": assignments.schedules,
    "registration_assignments": assignments.registrations,
    "registration_definitions": assignments.registrations,
}
CHANGES = {"PUT": "assign_role", "DELETE": "unassign_role"}


def operation_of(request: Request) -> str:
    """Return the operation of a request about access, or an empty text."""
    found = target(request.path)
    if found and found.operation == "role_assignments" and found.name:
        return CHANGES.get(request.method, found.operation)
    return found.operation if found else ""


def carry_out(call: Call, world: World) -> Answer:
    """Answer a request about access, whose token is valid."""
    found = target(call.request.path)
    conditions = read_filter(call.request.parameter("$filter"), call.object_id)
    if found is None or (call.request.method != "GET" and call.operation not in CHANGES.values()):
        message = f"The resource does not support the method '{call.request.method}' at this path."
        return responses.gateway_error(405, "MethodNotAllowed", message)
    if conditions is None:
        message = "The filter is not supported. Supported are assignedTo, atScope and principalId."
        return responses.gateway_error(400, "UnsupportedQuery", message)
    asked = RequestContext(call, world, found, conditions)
    return _no_subscription(asked) or HANDLERS[call.operation](asked)


def _no_subscription(asked: RequestContext) -> Answer | None:
    parts = asked.scope.split("/")
    if parts[1].lower() != "subscriptions":
        return None
    if not GUID.fullmatch(parts[2].lower()):
        message = f"The provided subscription identifier '{parts[2]}' is malformed or invalid."
        return responses.gateway_error(400, "InvalidSubscriptionId", message)
    if not asked.access.is_known(asked.scope, asked.caller):
        message = f"The subscription '{parts[2]}' could not be found."
        return responses.gateway_error(404, "SubscriptionNotFound", message)
    return None
