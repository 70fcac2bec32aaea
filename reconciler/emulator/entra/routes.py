"""Routes of Entra: discovery documents, and dispatch of sign-ins and tokens."""

from __future__ import annotations

from urllib.parse import urlsplit

from reconciler.emulator.arm import metadata
from reconciler.emulator.entra import app_tokens, sign_in, user_tokens
from reconciler.emulator.entra.responses import document, refuse
from reconciler.emulator.messages import Answer, Request
from reconciler.emulator.request_log import Call
from reconciler.emulator.state.directory import SHARED_NAMES
from reconciler.emulator.world import World

OPENID = ".well-known/openid-configuration"
ROUTES = {
    OPENID: "openid",
    f"v2.0/{OPENID}": "openid",
    "oauth2/v2.0/token": "token",
    "oauth2/token": "token",
    "oauth2/v2.0/authorize": "authorize",
    "oauth2/authorize": "authorize",
    "oauth2/v2.0/devicecode": "device_code",
    "oauth2/devicecode": "device_code",
    "oauth2/deviceauth": "other",
    "discovery/instance": "other",
    "discovery/v2.0/keys": "other",
    "discovery/keys": "other",
}
USER_GRANTS = {
    "authorization_code": user_tokens.redeem_code,
    "urn:ietf:params:oauth:grant-type:device_code": user_tokens.redeem_device_code,
    "device_code": user_tokens.redeem_device_code,
    "refresh_token": user_tokens.refresh,
}


def owns(path: str) -> bool:
    """Say whether the path is one of Entra's; all others are ARM's."""
    return path.strip("/").lower().partition("/")[2] in ROUTES


def understand(request: Request, world: World) -> Call:
    """Say what a request to Entra asks for."""
    name, _, rest = request.path.strip("/").lower().partition("/")
    operation = ROUTES[rest]
    tenant = world.directory.tenant(name)
    client_id = ""
    if operation in ("token", "device_code"):
        client_id = request.form().get("client_id", "").lower()
    elif operation == "authorize":
        client_id = request.parameter("client_id").lower()
    return Call(operation, request, tenant.tenant_id if tenant else name, client_id)


def carry_out(call: Call, world: World) -> Answer:
    """Do what the call asks and answer it."""
    if call.operation == "token":
        return _token(call, world)
    if call.operation == "authorize":
        return sign_in.authorize(call, world)
    if call.operation == "device_code":
        return sign_in.device_code(call, world)
    path = call.request.path.lower().rstrip("/")
    if path.endswith("/deviceauth"):
        return sign_in.device_page(call, world)
    if path.endswith("/discovery/instance"):
        host = urlsplit(world.endpoint).netloc
        return document(metadata.instance_discovery(world.endpoint, host))
    if path.endswith("/keys"):
        return document({"keys": world.tokens.published_keys()})
    if call.tenant not in SHARED_NAMES and world.directory.tenant(call.tenant) is None:
        return refuse(90002, call, world, error="invalid_tenant")
    return document(metadata.openid(world.endpoint, call.tenant, is_v2="/v2.0/" in path))


def _token(call: Call, world: World) -> Answer:
    form = call.request.form()
    is_shared = call.tenant in SHARED_NAMES
    if not is_shared and world.directory.tenant(call.tenant) is None:
        return refuse(90002, call, world)
    grant = USER_GRANTS.get(form.get("grant_type", ""))
    if grant is not None:
        number = sign_in.app_refusal(call, world)
        return grant(form, call, world) if number is None else refuse(number, call, world)
    if is_shared:
        return refuse(50059, call, world)
    if form.get("grant_type") != "client_credentials":
        return refuse(70003, call, world)
    return app_tokens.token(form, call, world)
