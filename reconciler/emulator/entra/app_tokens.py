"""The grant `client_credentials`: tokens for apps.

An app gets a token if the directory has it in the tenant and it sends its secret or an assertion.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.entra.certificates import Flaw
from reconciler.emulator.entra.responses import document, refuse
from reconciler.emulator.messages import Answer
from reconciler.emulator.request_log import Call
from reconciler.emulator.state.clock import TICKS_PER_SECOND
from reconciler.emulator.state.directory import Client
from reconciler.emulator.world import World

OPENID_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})


def token(form: dict[str, str], call: Call, world: World) -> Answer:
    """Answer the grant `client_credentials`."""
    audience = _audience(form)
    if not call.client_id or audience is None:
        field = "scope" if call.client_id else "client_id"
        return refuse(90014, call, world, field=field)
    if not audience:
        return refuse(70011, call, world)
    client = world.directory.client(call.client_id)
    if client is None or not client.is_in(call.tenant):
        return refuse(700016, call, world)
    flaw = _credential_flaw(form, client, call, world)
    if flaw is not None:
        return refuse(flaw.number, call, world, text=flaw.text)
    return _issue(form, call, audience, world)


def _audience(form: dict[str, str]) -> str | None:
    """Return the audience that is asked for: None when none is, empty when it is no `.default`."""
    if "resource" in form:
        return form["resource"]
    if "scope" not in form:
        return None
    scopes = [scope for scope in form["scope"].split() if scope not in OPENID_SCOPES]
    if len(scopes) != 1 or not scopes[0].endswith("/.default"):
        return ""
    return scopes[0].removesuffix("/.default")


def _credential_flaw(form: dict[str, str], client: Client, call: Call, world: World) -> Flaw | None:
    if "client_assertion" in form:
        endpoints = [f"{world.endpoint}{call.request.path}"]
        endpoints += [
            f"{world.endpoint}/{call.tenant}/{suffix}"
            for suffix in ("oauth2/v2.0/token", "oauth2/token", "v2.0")
        ]
        now_s = world.clock.now() // TICKS_PER_SECOND
        return world.notary.flaw(form["client_assertion"], client, endpoints, now_s)
    secret = form.get("client_secret")
    if not secret:
        return Flaw(7000216)
    return Flaw(7000215) if client.secret not in (None, secret) else None


def _issue(form: dict[str, str], call: Call, audience: str, world: World) -> Answer:
    now_s = world.clock.now() // TICKS_PER_SECOND
    lifetime_s = world.token_lifetime_s
    object_id = world.directory.object_id(call.tenant, call.client_id)
    access_token = world.tokens.sign(
        {
            "aud": audience,
            "iss": f"https://sts.windows.net/{call.tenant}/",
            "iat": now_s,
            "nbf": now_s,
            "exp": now_s + lifetime_s,
            "appid": call.client_id,
            "appidacr": "2" if "client_assertion" in form else "1",
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
        "access_token": access_token,
    }
    return document(as_version(body, call, audience, now_s))


def is_v1(call: Call) -> bool:
    """Say whether a token is asked for at the endpoint of the first version."""
    return not call.request.path.lower().rstrip("/").endswith("/v2.0/token")


def as_version(body: dict[str, Any], call: Call, audience: str, now_s: int) -> dict[str, Any]:
    """Return a token's answer as its endpoint gives it: v1 has more fields, all of them texts."""
    if not is_v1(call):
        return body
    times = {"expires_on": now_s + body["expires_in"], "not_before": now_s, "resource": audience}
    return {key: str(value) for key, value in {**body, **times}.items()}
