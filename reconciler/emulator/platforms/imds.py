"""Token endpoints for managed identities: virtual machines (IMDS) and App Service.

Both use plain HTTP on loopback, as the real ones do.
"""

from __future__ import annotations

import hmac

from reconciler.emulator.entra.assertions import EXCHANGE
from reconciler.emulator.messages import Answer, Request, json_answer
from reconciler.emulator.request_log import Call
from reconciler.emulator.state.clock import TICKS_PER_SECOND
from reconciler.emulator.state.workloads import (
    APP_SERVICE_PATH,
    IMDS_PATH,
    AskedFor,
    ManagedIdentity,
)
from reconciler.emulator.world import World

# Entra keeps a managed identity's token for a day.
LIFETIME_S = 24 * 3600 - 1
NOT_ASSIGNED = (
    "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/"
    "PrincipalId."
)


def understand(request: Request, world: World) -> Call:
    """Say whose token a request is for."""
    path = request.path.lower().rstrip("/")
    is_known = path in (IMDS_PATH, APP_SERVICE_PATH)
    identity = world.workloads.identity(_asked_for(request), world.directory)
    if not is_known or isinstance(identity, str):
        return Call("managed_identity" if is_known else "other", request)
    return Call(
        "managed_identity", request, identity.tenant_id, identity.client_id, identity.object_id
    )


def _asked_for(request: Request) -> AskedFor:
    """Read which identity is named; IMDS and App Service differ in the resource ID's name."""
    resource_id = next(filter(None, map(request.parameter, ("msi_res_id", "mi_res_id"))), "")
    return AskedFor(
        request.parameter("client_id"),
        request.parameter("object_id") or request.parameter("principal_id"),
        resource_id,
    )


def carry_out(call: Call, world: World) -> Answer:
    """Answer with a token, or with the error of the form that was asked."""
    if call.operation != "managed_identity":
        return json_answer(
            404, {"error": "not_found", "error_description": "The path does not exist"}
        )
    request = call.request
    if request.path.lower().rstrip("/") == IMDS_PATH:
        return _imds(request, world)
    return _app_service(request, world)


def _imds(request: Request, world: World) -> Answer:
    resource = request.parameter("resource")
    identity = world.workloads.identity(_asked_for(request), world.directory)
    complaint = ""
    if request.method != "GET":
        return json_answer(405, {"error": "method_not_allowed", "error_description": "Use GET"})
    if request.header(b"metadata").lower() != "true":
        complaint = "Required metadata header not specified"
    elif not request.parameter("api-version"):
        complaint = "Required query variable 'api-version' is missing"
    elif not resource:
        complaint = "Required query variable 'resource' is missing"
    elif isinstance(identity, str):
        complaint = identity
    if complaint or isinstance(identity, str):
        return json_answer(400, {"error": "invalid_request", "error_description": complaint})
    times = {"expires_in": str(LIFETIME_S), "ext_expires_in": str(LIFETIME_S)}
    return json_answer(200, {**_token(identity, resource, world), **times})


def _app_service(request: Request, world: World) -> Answer:
    resource = request.parameter("resource")
    identity = world.workloads.identity(_asked_for(request), world.directory)
    shown = request.header(b"x-identity-header")
    if not hmac.compare_digest(shown.encode(), world.machine_secret.encode()):
        return json_answer(
            401, {"statusCode": 401, "message": "The X-IDENTITY-HEADER is not right."}
        )
    if request.parameter("api-version") != "2019-08-01" or not resource:
        message = "The api-version 2019-08-01 and a resource are required."
        return json_answer(400, {"statusCode": 400, "message": message})
    if isinstance(identity, str):
        return json_answer(400, {"statusCode": 400, "message": NOT_ASSIGNED})
    return json_answer(200, _token(identity, resource, world))


def _token(identity: ManagedIdentity, resource: str, world: World) -> dict[str, str]:
    """Issue a token; every number in the answer is a text, as in Azure's."""
    now_s = world.clock.now() // TICKS_PER_SECOND
    # A token for `api://AzureADTokenExchange`, or that of a national cloud, is v2.
    is_v2 = resource.startswith(EXCHANGE)
    issuer = "https://login.microsoftonline.com/{}/v2.0" if is_v2 else "https://sts.windows.net/{}/"
    claims = {
        "aud": resource,
        "iss": issuer.format(identity.tenant_id),
        "iat": now_s,
        "nbf": now_s,
        "exp": now_s + LIFETIME_S,
        "azp" if is_v2 else "appid": identity.client_id,
        "idtyp": "app",
        "oid": identity.object_id,
        "sub": identity.object_id,
        "tid": identity.tenant_id,
        "ver": "2.0" if is_v2 else "1.0",
    }
    return {
        "access_token": world.tokens.sign(claims),
        "client_id": identity.client_id,
        "expires_on": str(now_s + LIFETIME_S),
        "not_before": str(now_s),
        "resource": resource,
        "token_type": "Bearer",
    }
