"""Routes of ARM: the metadata document, ManagementPartner, and dispatch of the others.

Faults are unknown here; `fault_effects` applies them to the answers.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.arm import metadata, responses
from reconciler.emulator.authorization import routes as authorization
from reconciler.emulator.messages import JSON_TYPE, Answer, Request, to_json
from reconciler.emulator.request_log import ACCESS_OPERATIONS, Call
from reconciler.emulator.state.clock import TICKS_PER_SECOND
from reconciler.emulator.state.directory import Tenant
from reconciler.emulator.state.links import Place, Record, Refusal
from reconciler.emulator.state.people import User
from reconciler.emulator.world import World

API_VERSION = "2018-02-01"
PROVIDER = "microsoft.managementpartner"
BY_METHOD = {"GET": "read_by_id", "PUT": "create", "PATCH": "update", "DELETE": "remove"}
AUDIENCES = frozenset(audience.rstrip("/") for audience in metadata.AUDIENCES)


def understand(request: Request, world: World) -> Call:
    """Parse a request to ARM into a call; permissions are checked when it is carried out."""
    segments = _segments(request)
    claims = world.tokens.read(request.bearer()) or {}
    operation, partner_id = "other", ""
    if segments == ["metadata", "endpoints"]:
        operation = "metadata"
    elif segments[:3] == ["providers", PROVIDER, "partners"]:
        if len(segments) == 3 and request.method == "GET":
            operation = "read"
        elif len(segments) == 4:
            operation, partner_id = BY_METHOD.get(request.method, "other"), segments[3]
    else:
        operation = authorization.operation_of(request) or "other"
    return Call(
        operation,
        request,
        claims.get("tid", ""),
        claims.get("appid", ""),
        claims.get("oid", ""),
        partner_id,
        claims or None,
    )


def carry_out(call: Call, world: World) -> Answer:
    """Carry out the call and answer it."""
    request = call.request
    version = request.parameter("api-version")
    if not version:
        return responses.gateway_error(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    if call.operation == "metadata":
        return _document(metadata.cloud(world.endpoint, version))
    refusal = _check_token(call, world)
    if refusal is not None:
        return refusal
    if call.operation in ACCESS_OPERATIONS:
        return authorization.carry_out(call, world)
    segments = _segments(request)
    if segments == ["tenants"]:
        return _document({"value": _tenants(call, world)})
    if segments[:1] != ["providers"] or len(segments) < 2:
        return responses.gateway_error(404, "NotFound", "The resource was not found.")
    return _provider(call, segments, version, world)


def _provider(call: Call, segments: list[str], version: str, world: World) -> Answer:
    namespace = call.request.path.strip("/").split("/")[1]
    if segments[1] != PROVIDER:
        return responses.gateway_error(
            404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid."
        )
    kind = segments[2] if len(segments) > 2 else ""
    if kind not in ("partners", "operations"):
        return responses.gateway_error(
            404,
            "InvalidResourceType",
            f"The resource type '{kind}' could not be found in the namespace '{namespace}' for "
            f"api version '{version}'. The supported api-versions are '{API_VERSION}'.",
        )
    if version != API_VERSION:
        return responses.gateway_error(
            400,
            "NoRegisteredProviderFound",
            f"No registered resource provider found for location '' and API version '{version}' "
            f"for type '{kind}'. The supported api-versions are '{API_VERSION}'.",
        )
    if kind == "operations" and call.request.method == "GET" and len(segments) == 3:
        body = to_json(metadata.provider_operations())
        return Answer(200, [JSON_TYPE, *responses.provider_headers()], body)
    if call.operation == "other":
        return responses.gateway_error(
            405,
            "MethodNotAllowed",
            f"The resource does not support the method '{call.request.method}' at this path.",
        )
    return _link(call, world)


def _link(call: Call, world: World) -> Answer:
    if _is_foreign(call, world):
        return responses.provider_error(world.links.switches.foreign_status, *responses.FOREIGN)
    place = Place(call.tenant, call.object_id)
    if world.links.switches.throttling == "public":
        wait_s = world.throttle.wait_s(place, call.request.method)
        if wait_s:
            return responses.throttled(wait_s)
    result = _ask(call, place, world)
    if call.operation == "read_by_id" and isinstance(result, Refusal):
        linked = not isinstance(world.links.read_shown(place), Refusal)
        status = world.links.switches.read_other_id_status if linked else 404
        return responses.provider_error(status, *responses.NOT_LINKED)
    if isinstance(result, Refusal):
        return responses.refused(result, world.links.switches)
    if call.operation == "remove" or result is None:
        return responses.removed()
    return responses.link(place, result)


def _ask(call: Call, place: Place, world: World) -> Record | Refusal | None:
    links = world.links
    if call.operation == "read":
        return links.read_shown(place)
    if call.operation == "read_by_id":
        return links.read_by_id(place, call.partner_id)
    if call.operation == "create":
        return links.create(place, call.partner_id)
    if call.operation == "update":
        return links.update(place, call.partner_id)
    return links.remove(place, call.partner_id)


def _check_token(call: Call, world: World) -> Answer | None:
    if not call.request.header(b"authorization"):
        message = "Authentication failed. The 'Authorization' header is missing."
        return responses.unauthenticated(world.endpoint, "AuthenticationFailed", message)
    claims = call.claims or {}
    expiry_s = claims.get("exp")
    if not (call.tenant and call.object_id and isinstance(expiry_s, int)):
        message = "The access token is invalid."
        return responses.unauthenticated(world.endpoint, "InvalidAuthenticationToken", message)
    now = world.clock.now()
    if expiry_s * TICKS_PER_SECOND <= now:
        return responses.expired(world.endpoint, expiry_s, now)
    audience = str(claims.get("aud")).rstrip("/")
    if audience not in AUDIENCES and audience != world.endpoint:
        message = f"The access token has been obtained for wrong audience or resource '{audience}'."
        code = "InvalidAuthenticationTokenAudience"
        return responses.unauthenticated(world.endpoint, code, message)
    return None


def _tenants(call: Call, world: World) -> list[dict[str, Any]]:
    """List the tenants where the caller exists; without a seed, the one that is asked."""
    own = Tenant(call.tenant)
    tenants = world.directory.tenants
    here = (own,) if tenants is None else (t for t in tenants if _is_in(call, t.tenant_id, world))
    return [
        {
            "id": f"/tenants/{tenant.tenant_id}",
            "tenantId": tenant.tenant_id,
            "displayName": tenant.name,
            "defaultDomain": next(iter(tenant.domains), ""),
            "domains": list(tenant.domains),
            "tenantCategory": "Home",
            "tenantType": "AAD",
        }
        for tenant in here
    ]


def _is_in(call: Call, tenant_id: str, world: World) -> bool:
    """Say whether a tenant has an object of the caller: a user, an app, a managed identity."""
    who = _user(call, world) or world.directory.client(call.client_id)
    if who is None:
        return tenant_id == call.tenant
    return who.is_in(tenant_id) and tenant_id not in who.foreign_in


def _is_foreign(call: Call, world: World) -> bool:
    """Say whether the caller acts in the tenant without an object there, as GDAP and CSP do."""
    who = _user(call, world) or world.directory.client(call.client_id)
    return who is not None and call.tenant in who.foreign_in


def _user(call: Call, world: World) -> User | None:
    claims = call.claims or {}
    if claims.get("idtyp") != "user":
        return None
    return world.people.find(str(claims.get("unique_name")))


def _document(body: object) -> Answer:
    return Answer(200, [JSON_TYPE, *responses.arm_headers()], to_json(body))


def _segments(request: Request) -> list[str]:
    return [segment for segment in request.path.lower().split("/") if segment]
