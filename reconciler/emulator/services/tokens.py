"""Checks of the tokens that services accept: each has audiences of its own."""

from __future__ import annotations

from collections.abc import Container

from reconciler.emulator.messages import Request
from reconciler.emulator.request_log import Call
from reconciler.emulator.state.clock import TICKS_PER_SECOND
from reconciler.emulator.world import World


def call(operation: str, request: Request, world: World) -> Call:
    """Return the call of the principal whose token the request carries."""
    claims = world.tokens.read(request.bearer()) or {}
    tenant_id, client_id, object_id = (
        str(claims.get(name, "")) for name in ("tid", "appid", "oid")
    )
    return Call(operation, request, tenant_id, client_id, object_id, claims=claims or None)


def flaw(asked: Call, world: World, audiences: Container[str]) -> str:
    """Return what is wrong with the token, or an empty text.

    audiences: without a slash at their ends
    """
    claims = asked.claims
    if claims is None:
        return "Access token is empty or was not issued by this authority."
    if int(claims.get("exp", 0)) * TICKS_PER_SECOND <= world.clock.now():
        return "Lifetime validation failed, the token is expired."
    if str(claims.get("aud")).rstrip("/") not in audiences:
        return "Access token validation failure. Invalid audience."
    return ""


def is_user(asked: Call) -> bool:
    """Say whether a user signed in, rather than an app."""
    return (asked.claims or {}).get("idtyp") == "user"


def has_mfa(asked: Call) -> bool:
    """Say whether the token claims multi-factor authentication."""
    return "mfa" in (asked.claims or {}).get("amr", ())
