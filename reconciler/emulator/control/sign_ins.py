"""Control routes for users, refresh tokens, device codes and the tokens of other issuers.

Each function takes the body of a request and returns the body of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.emulator.entra.assertions import EXCHANGE
from reconciler.emulator.entra.sign_in import sign_in
from reconciler.emulator.entra.user_tokens import DECLINED
from reconciler.emulator.seed.fields import BadSeed, Fields
from reconciler.emulator.seed.principals import read_user
from reconciler.emulator.state.clock import TICKS_PER_SECOND, format_time
from reconciler.emulator.state.people import User, object_id
from reconciler.emulator.state.sessions import REVOKED, Device, SignIn
from reconciler.emulator.state.workloads import environment
from reconciler.emulator.world import World

Handler = Callable[[Any], Any]
FEDERATED_LIFETIME_S = 3600


def routes(world: World) -> Mapping[tuple[str, str], Handler]:
    """Return the function for each method and name."""
    return {
        ("GET", "users"): lambda body: _show_users(world),
        ("POST", "users"): lambda body: _change_user(world, body),
        ("POST", "revoke"): lambda body: _revoke(world, body),
        ("GET", "device_codes"): lambda body: _show_devices(world),
        ("POST", "device_codes"): lambda body: _decide_device(world, body),
        ("POST", "federated_tokens"): lambda body: _issue(world, body),
        ("GET", "environment"): lambda body: environment(
            world.endpoint, world.plain_endpoint, world.machine_secret
        ),
    }


def _show_users(world: World) -> Any:
    return {"users": [_user(user) for user in world.people.users.values()]}


def _change_user(world: World, body: Any) -> Any:
    """Add a user, or change the given fields of an existing one."""
    entry = Fields(body, "")
    before = world.people.find(entry.text("username") or "")
    user = read_user(entry, world.directory, before)
    world.people.put(user)
    if "mfa_required" in entry:
        world.sessions.forget_mfa(user.username)
    return _user(user)


def _user(user: User) -> dict[str, Any]:
    guest_in = None if user.guest_in is None else sorted(user.guest_in)
    return {
        "username": user.username,
        "tenant": user.tenant_id,
        "object_id": object_id(user, user.tenant_id),
        "guest_in": guest_in,
        "object_ids": dict(user.object_ids),
        **{
            name: sorted(getattr(user, name))
            for name in ("absent_from", "foreign_in", "disabled_in", "blocked_in", "mfa_required")
        },
    }


def _revoke(world: World, body: Any) -> Any:
    """Revoke the refresh tokens of a user, of an app, or all of them."""
    entry = Fields(body, "")
    number = entry.whole("aadsts", least=1) or REVOKED
    username, client_id = entry.text("username"), entry.guid("client_id")
    entry.finish()
    username = username.strip().lower() if username else None
    return {"revoked": world.sessions.revoke(number, username, client_id)}


def _show_devices(world: World) -> Any:
    """Show the pending device codes."""
    devices = world.sessions.devices.values()
    waiting = [d for d in devices if d.outcome is None and not world.sessions.is_over(d)]
    return {"device_codes": [_device(device) for device in waiting]}


def _decide_device(world: World, body: Any) -> Any:
    """Approve a device code as a user, or decline it."""
    entry = Fields(body, "")
    user_code = entry.need("user_code", entry.text("user_code"))
    username, is_declined = entry.text("username"), entry.flag("decline")
    entry.finish()
    if (username is None) != is_declined:
        raise BadSeed("needs either username or decline: true")
    found = world.sessions.pending(user_code)
    if found is None:
        raise BadSeed(f"user_code: nobody waits for {user_code!r}")
    text, device = found
    outcome: SignIn | int = DECLINED
    if username is not None:
        outcome = sign_in(username, None, device.tenant, device.client_id, world)
    world.sessions.decide(text, outcome)
    return {**_device(device), "aadsts": outcome if isinstance(outcome, int) else None}


def _device(device: Device) -> dict[str, Any]:
    return {
        "user_code": device.user_code,
        "client_id": device.client_id,
        "tenant": device.tenant,
        "expires": format_time(device.expiry),
    }


def _issue(world: World, body: Any) -> Any:
    """Sign a token as its issuer, such as Kubernetes, would."""
    entry = Fields(body, "")
    now_s = world.clock.now() // TICKS_PER_SECOND
    seconds = entry.seconds("lifetime_s", can_be_negative=True)
    lifetime_s = FEDERATED_LIFETIME_S if seconds is None else int(seconds)
    claims = {
        "iss": entry.need("issuer", entry.text("issuer")),
        "sub": entry.need("subject", entry.text("subject")),
        "aud": entry.text("audience") or EXCHANGE,
        "iat": now_s,
        "nbf": now_s,
        "exp": now_s + lifetime_s,
        **(entry.mapping("claims") or {}),
    }
    entry.finish()
    return {"token": world.issuers.sign(claims)}
