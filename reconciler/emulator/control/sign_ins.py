"""Control routes for users, refresh tokens, device codes and the tokens of other issuers.

Each function takes the body of a request and returns the body of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Field, model_validator

from reconciler.emulator.entra.assertions import EXCHANGE
from reconciler.emulator.entra.sign_in import sign_in
from reconciler.emulator.entra.user_tokens import DECLINED
from reconciler.emulator.seed.fields import BadSeed, Difference, Flag, Guid, Part, Positive, check
from reconciler.emulator.seed.principals import UserEntry
from reconciler.emulator.state.clock import TICKS_PER_SECOND, format_time
from reconciler.emulator.state.people import User, object_id
from reconciler.emulator.state.sessions import REVOKED, Device, SignIn
from reconciler.emulator.state.workloads import environment
from reconciler.emulator.world import World

Handler = Callable[[Any, World], Any]
FEDERATED_LIFETIME_S = 3600


class Revocation(Part):
    """Whose refresh tokens are revoked, and with which AADSTS number."""

    username: str | None = None
    client_id: Guid | None = None
    aadsts: Positive = REVOKED


class DeviceDecision(Part):
    """What happens to a device code: a user approves it, or it is declined."""

    user_code: str
    username: str | None = None
    decline: Flag = False

    @model_validator(mode="after")
    def _one_decision(self) -> DeviceDecision:
        if (self.username is None) != self.decline:
            raise ValueError("needs either username or decline: true")
        return self


class FederatedToken(Part):
    """A token that another issuer signs."""

    issuer: str
    subject: str
    audience: str = EXCHANGE
    lifetime_s: Difference = FEDERATED_LIFETIME_S
    claims: dict[str, Any] = Field(default_factory=dict)


def _show_users(_: Any, world: World) -> Any:
    return {"users": [_user(user) for user in world.people.users.values()]}


def _change_user(body: Any, world: World) -> Any:
    """Add a user, or change the given fields of an existing one."""
    entry = check(UserEntry, body, world.directory)
    user = entry.value(world.directory, world.people.find(entry.username))
    world.people.put(user)
    if "mfa_required" in entry.model_fields_set:
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


def _revoke(body: Any, world: World) -> Any:
    """Revoke the refresh tokens of a user, of an app, or all of them."""
    asked = check(Revocation, body)
    username = asked.username.strip().lower() if asked.username else None
    return {"revoked": world.sessions.revoke(asked.aadsts, username, asked.client_id)}


def _show_devices(_: Any, world: World) -> Any:
    """Show the pending device codes."""
    devices = world.sessions.devices.values()
    waiting = [d for d in devices if d.outcome is None and not world.sessions.is_over(d)]
    return {"device_codes": [_device(device) for device in waiting]}


def _decide_device(body: Any, world: World) -> Any:
    """Approve a device code as a user, or decline it."""
    asked = check(DeviceDecision, body)
    found = world.sessions.pending(asked.user_code)
    if found is None:
        raise BadSeed(f"user_code: nobody waits for {asked.user_code!r}")
    text, device = found
    outcome: SignIn | int = DECLINED
    if asked.username is not None:
        outcome = sign_in(asked.username, None, device.tenant, device.client_id, world)
    world.sessions.decide(text, outcome)
    return {**_device(device), "aadsts": outcome if isinstance(outcome, int) else None}


def _device(device: Device) -> dict[str, Any]:
    return {
        "user_code": device.user_code,
        "client_id": device.client_id,
        "tenant": device.tenant,
        "expires": format_time(device.expiry),
    }


def _issue(body: Any, world: World) -> Any:
    """Sign a token as its issuer, such as Kubernetes, would."""
    asked = check(FederatedToken, body)
    now_s = world.clock.now() // TICKS_PER_SECOND
    claims = {
        "iss": asked.issuer,
        "sub": asked.subject,
        "aud": asked.audience,
        "iat": now_s,
        "nbf": now_s,
        "exp": now_s + int(asked.lifetime_s),
        **asked.claims,
    }
    return {"token": world.issuers.sign(claims)}


def _environments(_: Any, world: World) -> Any:
    return environment(world.endpoint, world.plain_endpoint, world.machine_secret)


ROUTES: Mapping[tuple[str, str], Handler] = {
    ("GET", "users"): _show_users,
    ("POST", "users"): _change_user,
    ("POST", "revoke"): _revoke,
    ("GET", "device_codes"): _show_devices,
    ("POST", "device_codes"): _decide_device,
    ("POST", "federated_tokens"): _issue,
    ("GET", "environment"): _environments,
}
