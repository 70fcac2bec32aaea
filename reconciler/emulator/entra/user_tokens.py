"""Grants for users: `authorization_code`, `device_code` and `refresh_token`.

Each finds the sign-in, checks whether the user may sign in to this tenant, and issues what MSAL
needs.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any
from uuid import uuid5

from reconciler.emulator.entra.app_tokens import OPENID_SCOPES, as_version
from reconciler.emulator.entra.responses import document, refuse
from reconciler.emulator.messages import Answer, to_json
from reconciler.emulator.request_log import Call
from reconciler.emulator.state import people
from reconciler.emulator.state.clock import TICKS_PER_SECOND
from reconciler.emulator.state.directory import OURS, SHARED_NAMES
from reconciler.emulator.state.people import User
from reconciler.emulator.state.sessions import SignIn
from reconciler.emulator.world import World

PENDING, DECLINED, EXPIRED_DEVICE = 70016, 65004, 70019
WRONG_VERIFIER, WRONG_REDIRECT = 501481, 500112
GRAPH = "00000003-0000-0000-c000-000000000000"


def redeem_code(form: dict[str, str], call: Call, world: World) -> Answer:
    """Answer the grant `authorization_code`."""
    code = world.sessions.spend_code(form.get("code", ""), call.client_id)
    if isinstance(code, int):
        return refuse(code, call, world)
    if form.get("redirect_uri") != code.redirect_uri:
        return refuse(WRONG_REDIRECT, call, world)
    verifier = form.get("code_verifier", "")
    if code.challenge and _challenge(verifier) != code.challenge:
        return refuse(WRONG_VERIFIER, call, world)
    form = {"scope": code.scope, **form}
    return _issue(code.sign_in, form, call, world, nonce=code.nonce)


def redeem_device_code(form: dict[str, str], call: Call, world: World) -> Answer:
    """Answer the grant `device_code`, which clients poll until a user approves."""
    device = world.sessions.devices.get(form.get("device_code", ""))
    if device is None or device.client_id != call.client_id:
        return refuse(70000, call, world, error="bad_verification_code")
    if world.sessions.is_over(device):
        return refuse(EXPIRED_DEVICE, call, world)
    if device.outcome is None:
        return refuse(PENDING, call, world)
    if isinstance(device.outcome, int):
        error = "authorization_declined" if device.outcome == DECLINED else None
        return refuse(device.outcome, call, world, error=error)
    return _issue(device.outcome, {"scope": device.scope, **form}, call, world)


def refresh(form: dict[str, str], call: Call, world: World) -> Answer:
    """Answer the grant `refresh_token`, in whichever tenant it is asked for."""
    shown = form.get("refresh_token", "")
    lifetime_s = world.refresh_token_lifetime_s
    sign_in = world.sessions.find_refresh(shown, call.client_id, lifetime_s)
    if isinstance(sign_in, int):
        return refuse(sign_in, call, world)
    return _issue(sign_in, form, call, world)


def home_or(tenant: str, user: User) -> str:
    """Return the tenant's ID; one of the shared names means the user's home."""
    return user.tenant_id if tenant in SHARED_NAMES else tenant


def _issue(
    sign_in: SignIn, form: dict[str, str], call: Call, world: World, *, nonce: str = ""
) -> Answer:
    """Issue tokens if the user may have them now; what was approved once may be refused since."""
    user = world.people.find(sign_in.username)
    if user is None:
        return refuse(people.UNKNOWN_USER, call, world, field=sign_in.username)
    tenant_id = home_or(call.tenant, user)
    has_done_mfa = world.sessions.has_done_mfa(sign_in, tenant_id)
    number = user.refusal(tenant_id, has_done_mfa=has_done_mfa)
    if number is not None:
        return refuse(number, call, world, field=user.username)
    scopes = form.get("scope", "").split()
    audience = form.get("resource") or _audience(scopes)
    claims = _claims(user, tenant_id, call.client_id, world)
    method = {"amr": ["pwd", "mfa"] if has_done_mfa else ["pwd"]}
    body: dict[str, Any] = {
        "token_type": "Bearer",
        "scope": " ".join([f"{audience.rstrip('/')}/user_impersonation", *scopes]),
        "expires_in": world.token_lifetime_s,
        "ext_expires_in": world.token_lifetime_s,
        "access_token": world.tokens.sign(_access(user, claims, audience, call) | method),
    }
    if "offline_access" in scopes or "resource" in form:
        body["refresh_token"] = world.sessions.new_refresh(sign_in)
    if "openid" in scopes or "resource" in form:
        body["id_token"] = world.tokens.sign_id_token(_identity(user, claims, call, world, nonce))
    if form.get("client_info") == "1":
        home = {"uid": people.object_id(user, user.tenant_id), "utid": user.tenant_id}
        body["client_info"] = _base64(to_json(home))
    return document(as_version(body, call, audience, claims["iat"]))


def _audience(scopes: list[str]) -> str:
    """Return the resource of the first scope that names one; else Graph, as Entra does."""
    for scope in scopes:
        if scope not in OPENID_SCOPES and "/" in scope:
            return scope.rpartition("/")[0]
    return GRAPH


def _claims(user: User, tenant_id: str, client_id: str, world: World) -> dict[str, Any]:
    """Return what both tokens claim."""
    now_s = world.clock.now() // TICKS_PER_SECOND
    object_id = people.object_id(user, tenant_id)
    return {
        "iat": now_s,
        "nbf": now_s,
        "exp": now_s + world.token_lifetime_s,
        "name": user.username.partition("@")[0],
        "oid": object_id,
        "sub": str(uuid5(OURS, f"pairwise:{client_id}:{object_id}")),
        "tid": tenant_id,
    }


def _access(user: User, claims: dict[str, Any], audience: str, call: Call) -> dict[str, Any]:
    """Return the claims of an access token. A guest's names the home tenant and has no `upn`."""
    tenant_id = claims["tid"]
    if tenant_id == user.tenant_id:
        who = {"upn": user.username}
    else:
        who = {"idp": f"https://sts.windows.net/{user.tenant_id}/", "email": user.username}
    return {
        "aud": audience,
        "iss": f"https://sts.windows.net/{tenant_id}/",
        **claims,
        **who,
        "unique_name": user.username,
        "appid": call.client_id,
        "appidacr": "0",
        "idtyp": "user",
        "scp": "user_impersonation",
        "ver": "1.0",
    }


def _identity(
    user: User, claims: dict[str, Any], call: Call, world: World, nonce: str
) -> dict[str, Any]:
    """Return the claims of an ID token; MSAL takes the account from it and from `client_info`."""
    return {
        "aud": call.client_id,
        "iss": f"{world.endpoint}/{claims['tid']}/v2.0",
        **claims,
        "preferred_username": user.username,
        "ver": "2.0",
        **({"nonce": nonce} if nonce else {}),
    }


def _challenge(verifier: str) -> str:
    return _base64(sha256(verifier.encode()).digest())


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
