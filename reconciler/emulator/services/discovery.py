"""The global discovery service of Power Platform: the environments of a user.

It serves users only. Disabled users do not see the environment.
"""

from __future__ import annotations

import re
from typing import Any

from reconciler.emulator.messages import Answer, Request, json_answer
from reconciler.emulator.request_log import Call
from reconciler.emulator.seed.services import EnvironmentEntry, MemberEntry
from reconciler.emulator.services import tokens
from reconciler.emulator.services.dataverse import member_of
from reconciler.emulator.world import World

PATH = "/api/discovery/v2.0/instances"
AUDIENCES = (
    "https://globaldisco.crm.dynamics.com",
    "https://globaldisco.crm9.dynamics.com",
    "https://globaldisco.crm.microsoftdynamics.us",
    "https://globaldisco.crm.appsplatform.us",
    "https://globaldisco.crm.dynamics.cn",
)
HOST = re.compile(r"([^.]+)\.(crm)")


def owns(path: str) -> bool:
    """Say whether the path is the discovery service's."""
    return path.lower().rstrip("/") == PATH


def understand(request: Request, world: World) -> Call:
    """Parse a request to the discovery service."""
    return tokens.call("discovery", request, world)


def carry_out(call: Call, world: World) -> Answer:
    """Answer with the environments of the user."""
    flaw = tokens.flaw(call, world, AUDIENCES)
    if flaw:
        return _error(401, "Unauthorized", flaw)
    if not tokens.is_user(call):
        status = world.links.switches.discovery_for_apps_status
        return _error(status, "Forbidden", "The discovery service is available to users only.")
    columns = [name for name in call.request.parameter("$select").split(",") if name]
    value = []
    for environment in world.services.environments:
        member = member_of(environment, call, world)
        if member is not None and not member.disabled:
            row = _instance(environment, member)
            value.append({name: row[name] for name in columns or row if name in row})
    context = f"{world.endpoint}/api/discovery/v2.0/$metadata#Instances"
    return json_answer(200, {"@odata.context": context, "value": value})


def _instance(environment: EnvironmentEntry, member: MemberEntry) -> dict[str, Any]:
    name = environment.host.partition(".")[0]
    return {
        "Id": environment.organization_id,
        "UniqueName": name,
        "UrlName": name,
        "FriendlyName": environment.name or name,
        "State": 0 if environment.enabled else 1,
        "Version": "9.2.26111.00155",
        "Url": environment.url,
        "ApiUrl": HOST.sub(r"\1.api.\2", environment.url, count=1),
        "EnvironmentId": environment.environment_id or environment.organization_id,
        "TenantId": environment.tenant,
        "OrganizationType": environment.type,
        "IsUserSysAdmin": member.admin,
        "TrialExpirationDate": None,
    }


def _error(status: int, code: str, message: str) -> Answer:
    return json_answer(status, {"error": {"code": code, "message": message}})
