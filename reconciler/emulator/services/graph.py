"""Microsoft Graph: delegated admin customers and relationships, and names of directory objects.

The lists of customers need the permission `DelegatedAdminRelationship.Read.All`.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

from reconciler.emulator.messages import Answer, Request, json_answer
from reconciler.emulator.request_log import Call
from reconciler.emulator.services import tokens
from reconciler.emulator.state.clock import format_time
from reconciler.emulator.state.people import object_id
from reconciler.emulator.world import World

BASE = "/v1.0/"
LISTS = {
    "tenantrelationships/delegatedadmincustomers": "gdap_customers",
    "tenantrelationships/delegatedadminrelationships": "gdap_relationships",
    "directoryobjects/getbyids": "directory_objects",
}
AUDIENCES = (
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
    "00000003-0000-0000-c000-000000000000",
)
PERMISSION = "DelegatedAdminRelationship.Read.All"
FILTER = re.compile(r"(status|customer/tenantId) eq '([^']*)'", re.IGNORECASE)
SKIP = "$skiptoken"
USUAL_PAGE, LARGEST_PAGE = 100, 300


def owns(path: str) -> bool:
    """Say whether the path is one of Graph's."""
    return path.startswith(BASE)


def understand(request: Request, world: World) -> Call:
    """Parse a request to Graph."""
    name = request.path.removeprefix(BASE).strip("/").lower()
    return tokens.call(LISTS.get(name, "other"), request, world)


def carry_out(call: Call, world: World) -> Answer:
    """Answer a request to Graph."""
    flaw = tokens.flaw(call, world, (*AUDIENCES, world.endpoint))
    if flaw:
        return _error(401, "InvalidAuthenticationToken", flaw, world)
    request = call.request
    if call.operation == "directory_objects" and request.method == "POST":
        return json_answer(200, {"value": _objects(request, call.tenant, world)})
    if call.operation == "other" or request.method != "GET":
        message = f"Resource not found for the segment '{request.path.rpartition('/')[2]}'."
        return _error(404, "Request_ResourceNotFound", message, world)
    if not _may_read(call, world):
        message = "Insufficient privileges to complete the operation."
        return _error(403, "Authorization_RequestDenied", message, world)
    if call.operation == "gdap_customers":
        return _page(call, _customers(call, world), "delegatedAdminCustomers", world)
    conditions = request.parameter("$filter")
    found = FILTER.fullmatch(conditions.strip())
    if conditions and not found:
        return _error(400, "BadRequest", "Invalid filter clause.", world)
    entries = _relationships(call, world)
    if found and found[1].lower() == "status":
        entries = [entry for entry in entries if entry["status"] == found[2]]
    elif found:
        entries = [e for e in entries if e["customer"]["tenantId"] == found[2].lower()]
    return _page(call, entries, "delegatedAdminRelationships", world)


def _may_read(call: Call, world: World) -> bool:
    entries = world.services.graph_permissions
    return entries is None or any(
        PERMISSION in entry.permissions
        for entry in entries
        if world.principal(call.tenant, entry)[0] == call.object_id
    )


def _customers(call: Call, world: World) -> list[dict[str, Any]]:
    return [
        {
            "@odata.type": "#microsoft.graph.delegatedAdminCustomer",
            "@odata.etag": 'W/"emulator"',
            "id": customer.tenant,
            "tenantId": customer.tenant,
            "displayName": customer.name,
        }
        for customer in world.services.customers_of(call.tenant)
        if any(one.status == "active" for one in customer.relationships)
    ]


def _relationships(call: Call, world: World) -> list[dict[str, Any]]:
    return [
        {
            "@odata.type": "#microsoft.graph.delegatedAdminRelationship",
            "@odata.etag": 'W/"emulator"',
            "id": f"{one.relationship_id(customer)}",
            "displayName": one.name,
            "duration": one.duration,
            "status": one.status,
            "autoExtendDuration": one.extends,
            "customer": {"tenantId": customer.tenant, "displayName": customer.name},
            "accessDetails": {"unifiedRoles": [{"roleDefinitionId": role} for role in one.roles]},
            "createdDateTime": format_time(one.began),
            "activatedDateTime": format_time(one.began),
            "endDateTime": format_time(one.ends),
        }
        for customer in world.services.customers_of(call.tenant)
        for one in customer.relationships
    ]


def _objects(request: Request, tenant_id: str, world: World) -> list[dict[str, str]]:
    """Return the seeded apps and users whose IDs are in the body."""
    try:
        ids = {str(one).lower() for one in json.loads(request.body)["ids"]}
    except (ValueError, TypeError, KeyError):
        return []
    kind = "#microsoft.graph."
    found = [
        {
            "@odata.type": f"{kind}servicePrincipal",
            "id": world.directory.object_id(tenant_id, entry.client_id),
            "displayName": entry.client_id,
            "appId": entry.client_id,
        }
        for entry in world.seed.clients or ()
    ]
    found += [
        {
            "@odata.type": f"{kind}user",
            "id": object_id(user, tenant_id),
            "displayName": user.username.partition("@")[0],
            "userPrincipalName": user.username,
        }
        for user in world.people.users.values()
    ]
    return [entry for entry in found if entry["id"] in ids]


def _page(call: Call, entries: list[dict[str, Any]], kind: str, world: World) -> Answer:
    request = call.request
    top = request.parameter("$top") or str(USUAL_PAGE)
    if not re.fullmatch(r"[1-9][0-9]{0,2}", top) or int(top) > LARGEST_PAGE:
        message = f"The limit of '{LARGEST_PAGE}' for Top query has been exceeded."
        return _error(400, "BadRequest", message, world)
    token = request.parameter(SKIP)
    start, size = int(token) if token.isdecimal() else 0, int(top)
    context = f"{world.endpoint}/v1.0/$metadata#tenantRelationships/{kind}"
    body: dict[str, Any] = {"@odata.context": context, "value": entries[start : start + size]}
    if start + size < len(entries):
        query = [pair for pair in parse_qsl(request.query) if pair[0].lower() != SKIP]
        following = urlencode([*query, (SKIP, str(start + size))])
        body["@odata.nextLink"] = f"{world.endpoint}{request.path}?{following}"
    return json_answer(200, body)


def _error(status: int, code: str, message: str, world: World) -> Answer:
    inner = {
        "date": format_time(world.clock.now())[:19],
        "request-id": str(uuid4()),
        "client-request-id": str(uuid4()),
    }
    return json_answer(status, {"error": {"code": code, "message": message, "innerError": inner}})
