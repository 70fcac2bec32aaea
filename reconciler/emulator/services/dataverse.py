"""Dataverse: the environments of Power Platform, each below the path of its host.

Paths are `/fabrikam.crm4.dynamics.com/api/data/v9.2/…`. A token is accepted for its own
environment only.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid5

from reconciler.emulator.messages import JSON_TYPE, Answer, Request, json_answer, to_json
from reconciler.emulator.request_log import Call
from reconciler.emulator.seed.services import EnvironmentEntry, MemberEntry
from reconciler.emulator.services import tokens
from reconciler.emulator.services.odata import BadFilter, matching
from reconciler.emulator.state.directory import OURS
from reconciler.emulator.world import World

PATH = re.compile(
    r"/(?P<host>[a-z0-9-]+\.crm[0-9]*\.(?:dynamics|microsoftdynamics|appsplatform)\.[a-z]+)"
    r"/api/data/v9\.[0-9]/(?P<name>[a-z]+)/?",
    re.ASCII | re.IGNORECASE,
)
TABLES = {"workflows": "flows", "canvasapps": "canvas_apps", "solutions": "solutions"}
NOT_A_MEMBER = ("0x80072560", "The user is not a member of the organization.")
# The codes and messages of the next two are guesses: only that the answer is 403 is known.
DISABLED = ("0x80040225", "The specified user is disabled and cannot execute any operation.")
NO_ROLE = ("0x80040220", "The principal is missing the privilege to read this table.")
FLOW = 5
"""The category of cloud flows in the table of workflows."""

PREFERENCE = re.compile(r"odata\.maxpagesize=([1-9][0-9]{0,3})")


def owns(path: str) -> bool:
    """Say whether the path is below the host of an environment."""
    return PATH.fullmatch(path) is not None


def understand(request: Request, world: World) -> Call:
    """Parse a request to an environment."""
    name = PATH.fullmatch(request.path)["name"].lower()  # type: ignore[index]
    operation = "who_am_i" if name == "whoami" else TABLES.get(name, "other")
    return tokens.call(operation, request, world)


def carry_out(call: Call, world: World) -> Answer:
    """Answer a request to an environment."""
    host, name = PATH.fullmatch(call.request.path).groups()  # type: ignore[union-attr]
    flaw = tokens.flaw(call, world, (f"https://{host.lower()}",))
    if flaw:
        challenge = f"Bearer authorization_uri={world.endpoint}/common, resource_id=https://{host}/"
        body = to_json({"error": {"code": "0x80072560", "message": flaw}})
        return Answer(401, [JSON_TYPE, (b"www-authenticate", challenge.encode())], body)
    environment = world.services.environment(host)
    if environment is None or call.operation == "other" or call.request.method != "GET":
        return _error(404, "0x8006088a", f"Resource not found for the segment '{name}'.")
    member = member_of(environment, call, world)
    if member is None:
        return _error(403, *NOT_A_MEMBER)
    if member.disabled:
        return _error(403, *DISABLED)
    if call.operation == "who_am_i":
        return _who_am_i(environment, member)
    if member.without_role:
        return _error(403, *NO_ROLE)
    return _table(name.lower(), call, environment, world)


def member_of(environment: EnvironmentEntry, call: Call, world: World) -> MemberEntry | None:
    """Return the member that the caller is, if it is one."""
    if call.tenant != environment.tenant:
        return None
    for member in environment.members:
        if world.principal(environment.tenant, member)[0] == call.object_id:
            return member
    return None


def _who_am_i(environment: EnvironmentEntry, member: MemberEntry) -> Answer:
    context = "$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse"
    return json_answer(
        200,
        {
            "@odata.context": f"{environment.url}/api/data/v9.2/{context}",
            "BusinessUnitId": str(uuid5(OURS, f"business unit:{environment.host}")),
            "UserId": member.id_in(environment),
            "OrganizationId": environment.organization_id,
        },
    )


def _rows(table: str, environment: EnvironmentEntry) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for member in environment.members:
        user_id = member.id_in(environment)
        if table == "solutions":
            rows += [_solution(name, user_id) for name in member.solutions]
            continue
        is_flow = table == "workflows"
        key, more = ("workflowid", {"category": FLOW}) if is_flow else ("canvasappid", {})
        for number in range(member.flows if is_flow else member.canvas_apps):
            row_id = str(uuid5(OURS, f"{table}:{user_id}:{number}"))
            rows.append({key: row_id, "_ownerid_value": user_id, **more})
    return rows


def _solution(name: str, user_id: str) -> dict[str, Any]:
    return {
        "solutionid": str(uuid5(OURS, f"solution:{user_id}:{name}")),
        "uniquename": name,
        "version": "1.0.0.0",
        "installedon": "2026-03-02T09:15:00Z",
        "ismanaged": True,
        "_createdby_value": user_id,
        "_modifiedby_value": user_id,
    }


def _table(table: str, call: Call, environment: EnvironmentEntry, world: World) -> Answer:
    request, rows = call.request, _rows(table, environment)
    try:
        text = request.parameter("$filter")
        found = list(filter(matching(text), rows)) if text else rows
    except BadFilter as error:
        return _error(400, "0x80060888", str(error))
    top, size = request.parameter("$top"), PREFERENCE.search(request.header(b"prefer"))
    token = request.parameter("$skiptoken")
    start = int(token) if token.isdecimal() else 0
    if top:
        found = found[: int(top)] if top.isdecimal() else found
    end = start + int(size[1]) if size else len(found)
    columns = request.parameter("$select").split(",") if request.parameter("$select") else None
    value = [
        {name: row[name] for name in row if columns is None or name in columns}
        for row in found[start:end]
    ]
    base = f"{environment.url}/api/data/v9.2"
    body: dict[str, Any] = {"@odata.context": f"{base}/$metadata#{table}", "value": value}
    if end < len(found):
        query = [pair for pair in parse_qsl(request.query) if pair[0] != "$skiptoken"]
        following = urlencode([*query, ("$skiptoken", str(end))])
        body["@odata.nextLink"] = f"{world.endpoint}{request.path}?{following}"
    return json_answer(200, body)


def _error(status: int, code: str, message: str) -> Answer:
    return json_answer(status, {"error": {"code": code, "message": message}})
