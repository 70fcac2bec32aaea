"""A key vault whose secrets can be read.

It has the emulator's own address. Clients require that a vault's host ends with the suffix that the
cloud names, so the suffix is the end of that address. A name before it would have to be resolved,
and most machines resolve no name below `localhost`.
"""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import urlsplit

from reconciler.emulator.arm.metadata import VAULT_SUFFIX
from reconciler.emulator.messages import JSON_TYPE, Answer, Request, json_answer, to_json
from reconciler.emulator.request_log import Call
from reconciler.emulator.state.clock import TICKS_PER_SECOND
from reconciler.emulator.state.workloads import machine_tenant_id
from reconciler.emulator.world import World

PATH = re.compile(r"/secrets/([0-9A-Za-z-]{1,127})(?:/([0-9a-f]{32}))?/?", re.ASCII)
PUBLIC_AUDIENCE = "https://vault.azure.net"
NO_TOKEN = "AKV10000: Request is missing a Bearer or PoP token."  # noqa: S105 - is a message
WRONG_TENANT = "AKV10032: Invalid issuer."
WRONG_AUDIENCE = "AKV10022: Invalid audience."
EXPIRED = "AKV10001: Token is expired."


def owns(path: str) -> bool:
    """Say whether the path is one of the vault's."""
    return path.startswith("/secrets/")


def understand(request: Request, world: World) -> Call:
    """Parse a request for a secret, with the claims of its token."""
    claims = world.tokens.read(request.bearer()) or {}
    tenant_id, client_id, object_id = (claims.get(name, "") for name in ("tid", "appid", "oid"))
    return Call("secret", request, tenant_id, client_id, object_id, claims=claims or None)


def carry_out(call: Call, world: World) -> Answer:
    """Answer with the secret, or with a challenge to sign in."""
    complaint = _token_error(call, world)
    if complaint:
        return _challenge(complaint, world)
    request = call.request
    if request.method != "GET":
        return _error(405, "MethodNotAllowed", "Secrets are read here, and nothing else.")
    if not request.parameter("api-version"):
        return _error(400, "BadParameter", "api-version is a required query parameter.")
    found = PATH.fullmatch(request.path)
    name, version = found.groups() if found else (request.path, None)
    value = world.vault_secrets.get(name.lower())
    if value is None or version not in (None, version_of(value)):
        message = f"A secret with (name/id) {name} was not found in this key vault."
        return _error(404, "SecretNotFound", message)
    now_s = world.clock.now() // TICKS_PER_SECOND
    body = {
        "value": value,
        "id": f"{world.endpoint}/secrets/{name}/{version_of(value)}",
        "attributes": {
            "enabled": True,
            "created": now_s,
            "updated": now_s,
            "recoveryLevel": "Recoverable+Purgeable",
            "recoverableDays": 90,
        },
    }
    return json_answer(200, body)


def version_of(value: str) -> str:
    """Return the version of a secret, derived from its value."""
    return sha256(value.encode()).hexdigest()[:32]


def resource(endpoint: str) -> str:
    """Return the required audience of a token."""
    return f"https://{VAULT_SUFFIX}:{urlsplit(endpoint).port}"


def tenant_id(world: World) -> str:
    """Return the tenant that the vault trusts: that of the machine."""
    return machine_tenant_id(world.directory)


def _token_error(call: Call, world: World) -> str:
    """Return the error of the token, or nothing."""
    claims = call.claims
    if claims is None:
        return NO_TOKEN
    good = (resource(world.endpoint), f"https://{VAULT_SUFFIX}", PUBLIC_AUDIENCE)
    if str(claims.get("aud")).rstrip("/") not in good:
        return WRONG_AUDIENCE
    if call.tenant != tenant_id(world):
        return WRONG_TENANT
    is_expired = claims.get("exp", 0) * TICKS_PER_SECOND <= world.clock.now()
    return EXPIRED if is_expired else ""


def _challenge(message: str, world: World) -> Answer:
    authority = f"{world.endpoint}/{tenant_id(world)}"
    challenge = f'Bearer authorization="{authority}", resource="{resource(world.endpoint)}"'
    body = to_json({"error": {"code": "Unauthorized", "message": message}})
    return Answer(401, [JSON_TYPE, (b"www-authenticate", challenge.encode())], body)


def _error(status: int, code: str, message: str) -> Answer:
    return json_answer(status, {"error": {"code": code, "message": message}})
