"""What does Entra answer?

Discovery documents and tokens. A token is issued to any app that the directory knows in the tenant
and that shows its secret or an assertion.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from reconciler.emulator import aadsts, assertions, metadata
from reconciler.emulator.calls import Call
from reconciler.emulator.clock import TICKS_PER_SECOND
from reconciler.emulator.directory import SHARED_NAMES, Client
from reconciler.emulator.wire import JSON_TYPE, Answer, Request, to_json
from reconciler.emulator.world import World

OPENID = ".well-known/openid-configuration"
ROUTES = {
    OPENID: "openid",
    f"v2.0/{OPENID}": "openid",
    "oauth2/v2.0/token": "token",
    "oauth2/token": "token",
    "discovery/instance": "other",
    "discovery/v2.0/keys": "other",
    "discovery/keys": "other",
}


def owns(path: str) -> bool:
    """Say whether the path is one of Entra's; all others are ARM's."""
    return path.strip("/").lower().partition("/")[2] in ROUTES


def understand(request: Request, world: World) -> Call:
    """Say what a request to Entra asks for."""
    name, _, rest = request.path.strip("/").lower().partition("/")
    operation = ROUTES[rest]
    tenant = world.directory.tenant(name)
    client_id = request.form().get("client_id", "").lower() if operation == "token" else ""
    return Call(operation, request, tenant.tenant_id if tenant else name, client_id)


def carry_out(call: Call, world: World) -> Answer:
    """Do what the call asks and answer it."""
    path = call.request.path.lower().rstrip("/")
    if path.endswith("/discovery/instance"):
        host = urlsplit(world.endpoint).netloc
        return _document(metadata.instance_discovery(world.endpoint, host))
    if path.endswith("/keys"):
        return _document({"keys": []})
    is_known = world.directory.tenant(call.tenant) is not None
    if call.operation == "openid":
        if not is_known and call.tenant not in SHARED_NAMES:
            return _refuse(90002, call, world, error="invalid_tenant")
        is_v2 = "/v2.0/" in path
        return _document(metadata.openid(world.endpoint, call.tenant, is_v2=is_v2))
    if call.tenant in SHARED_NAMES:
        return _refuse(50059, call, world)
    if not is_known:
        return _refuse(90002, call, world)
    return _token(call, world)


def _token(call: Call, world: World) -> Answer:
    form = call.request.form()
    if form.get("grant_type") != "client_credentials":
        return _refuse(70003, call, world)
    audience = _audience(form)
    if not call.client_id or audience is None:
        field = "scope" if call.client_id else "client_id"
        return _refuse(90014, call, world, field=field)
    if not audience:
        return _refuse(70011, call, world)
    client = world.directory.client(call.client_id)
    if client is None or not client.is_in(call.tenant):
        return _refuse(700016, call, world)
    number = _credential_refusal(form, client, call, world)
    if number is not None:
        return _refuse(number, call, world)
    return _issue(call, audience, world)


def _audience(form: dict[str, str]) -> str | None:
    """Return the audience that is asked for: None when none is, empty when it is no `.default`."""
    if "resource" in form:
        return form["resource"]
    if "scope" not in form:
        return None
    scopes = [s for s in form["scope"].split() if s not in ("openid", "profile", "offline_access")]
    if len(scopes) != 1 or not scopes[0].endswith("/.default"):
        return ""
    return scopes[0].removesuffix("/.default")


def _credential_refusal(
    form: dict[str, str], client: Client, call: Call, world: World
) -> int | None:
    if "client_assertion" in form:
        endpoints = [f"{world.endpoint}{call.request.path}"]
        endpoints += [
            f"{world.endpoint}/{call.tenant}/{suffix}"
            for suffix in ("oauth2/v2.0/token", "oauth2/token", "v2.0")
        ]
        now_s = world.clock.now() // TICKS_PER_SECOND
        return assertions.refusal(form["client_assertion"], client, endpoints, now_s)
    secret = form.get("client_secret")
    if not secret:
        return 7000216
    return 7000215 if client.secret not in (None, secret) else None


def _issue(call: Call, audience: str, world: World) -> Answer:
    now_s = world.clock.now() // TICKS_PER_SECOND
    lifetime_s = world.token_lifetime_s
    object_id = world.directory.object_id(call.tenant, call.client_id)
    token = world.tokens.sign(
        {
            "aud": audience,
            "iss": f"https://sts.windows.net/{call.tenant}/",
            "iat": now_s,
            "nbf": now_s,
            "exp": now_s + lifetime_s,
            "appid": call.client_id,
            "appidacr": "2" if "client_assertion" in call.request.form() else "1",
            "idtyp": "app",
            "oid": object_id,
            "sub": object_id,
            "tid": call.tenant,
            "ver": "1.0",
        }
    )
    body = {
        "token_type": "Bearer",
        "expires_in": lifetime_s,
        "ext_expires_in": lifetime_s,
        "access_token": token,
    }
    return _document(body)


def _refuse(
    number: int, call: Call, world: World, *, error: str | None = None, field: str = ""
) -> Answer:
    return aadsts.refuse(
        number,
        world.clock.now(),
        client=call.client_id,
        tenant=call.tenant,
        error=error,
        field=field,
    )


def _document(body: object) -> Answer:
    return Answer(200, [JSON_TYPE, *aadsts.entra_headers()], to_json(body))
