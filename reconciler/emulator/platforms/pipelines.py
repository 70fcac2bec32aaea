"""OIDC token endpoints of GitHub Actions and Azure Pipelines.

Their tokens are not Entra's: they are assertions that an app's federated credential trusts.
"""

from __future__ import annotations

import hmac
from uuid import uuid4

from reconciler.emulator.entra.assertions import EXCHANGE
from reconciler.emulator.messages import Answer, Request, json_answer
from reconciler.emulator.request_log import Call
from reconciler.emulator.state.clock import TICKS_PER_SECOND
from reconciler.emulator.state.workloads import GITHUB_PATH, PIPELINES_PATH, Presented
from reconciler.emulator.world import World

PATHS = frozenset({GITHUB_PATH, PIPELINES_PATH})
GITHUB_LIFETIME_S, PIPELINES_LIFETIME_S = 300, 600


def owns(path: str) -> bool:
    """Say whether the path is one of a pipeline's OIDC endpoint."""
    return path.lower().rstrip("/") in PATHS


def understand(request: Request, world: World) -> Call:  # noqa: ARG001
    """Parse the request of a pipeline; it names no tenant and no app."""
    return Call("oidc_token", request)


def carry_out(call: Call, world: World) -> Answer:
    """Answer with a token for the requested audience."""
    request = call.request
    if not hmac.compare_digest(request.bearer().encode(), world.machine_secret.encode()):
        return json_answer(401, {"message": "The request token is not right."})
    if request.path.lower().rstrip("/") == GITHUB_PATH:
        return _github(request, world)
    return _azure_pipelines(request, world)


def _github(request: Request, world: World) -> Answer:
    presented = world.workloads.github
    # repo:OWNER@ID/NAME@ID:…; without an audience GitHub names the owner.
    repository = presented.subject.partition(":")[2].partition(":")[0]
    owner = repository.partition("/")[0].partition("@")[0]
    audience = request.parameter("audience") or f"https://github.com/{owner}"
    token = _sign(presented, audience, GITHUB_LIFETIME_S, world, repository=repository)
    return json_answer(200, {"value": token})


def _azure_pipelines(request: Request, world: World) -> Answer:
    connection_id = request.parameter("serviceconnectionid")
    presented = world.workloads.connection(connection_id) if connection_id else None
    if request.method != "POST":
        return json_answer(405, {"message": "The method must be POST."})
    if not request.parameter("api-version").startswith("7.") or presented is None:
        message = f"No service connection {connection_id!r} is authorized for this pipeline."
        return json_answer(400, {"message": message})
    return json_answer(200, {"oidcToken": _sign(presented, EXCHANGE, PIPELINES_LIFETIME_S, world)})


def _sign(presented: Presented, audience: str, lifetime_s: int, world: World, **more: str) -> str:
    now_s = world.clock.now() // TICKS_PER_SECOND
    claims = {
        "iss": presented.issuer,
        "sub": presented.subject,
        "aud": audience,
        "jti": str(uuid4()),
        "iat": now_s,
        "nbf": now_s,
        "exp": now_s + lifetime_s,
        **more,
    }
    return world.issuers.sign(claims)
