"""A request about access with the state that answers it, and the forms of its answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from reconciler.emulator.arm import responses
from reconciler.emulator.authorization.access import Access
from reconciler.emulator.authorization.requests import Filter, Target
from reconciler.emulator.authorization.values import Caller, Subscription
from reconciler.emulator.messages import JSON_TYPE, Answer, to_json
from reconciler.emulator.request_log import Call
from reconciler.emulator.world import World

SKIP = "$skipToken"
LEFT = (b"x-ms-ratelimit-remaining-subscription-reads", b"249")


class RequestContext(NamedTuple):
    """A request about access, with the state that answers it."""

    call: Call
    world: World
    target: Target
    filter: Filter

    @property
    def access(self) -> Access:
        """The subscriptions, roles and assignments."""
        return self.world.access

    @property
    def caller(self) -> Caller:
        """The principal of the token."""
        return Caller(self.call.tenant, self.call.object_id)

    @property
    def now(self) -> int:
        """The time in ticks."""
        return self.world.clock.now()

    @property
    def scope(self) -> str:
        """The scope in the path."""
        return self.target.scope

    def may(self, action: str, scope: str) -> bool:
        """Say whether the caller's roles allow an action."""
        return self.access.may(self.caller, action, scope, self.now)


def subscription_of(asked: RequestContext) -> Subscription:
    """Return the subscription of the scope, which exists."""
    found = asked.access.subscription_of(asked.scope)
    assert found is not None  # noqa: S101 - routes have checked it
    return found


def denied(asked: RequestContext, action: str, scope: str) -> Answer:
    """Answer 403: no role of the caller allows the action."""
    claims = asked.call.claims or {}
    client = claims.get("unique_name") or asked.call.client_id
    message = (
        f"The client '{client}' with object id '{asked.call.object_id}' does not have "
        f"authorization to perform action '{action}' over scope '{scope}' or the scope is invalid. "
        "If access was recently granted, please refresh your credentials."
    )
    return responses.gateway_error(403, "AuthorizationFailed", message)


def page(
    asked: RequestContext, entries: list[dict[str, Any]], more: Mapping[str, Any] | None = None
) -> Answer:
    """Answer with a page of a list, and the link to the next one."""
    request, size = asked.call.request, asked.world.links.switches.page_size
    token = request.parameter(SKIP.lower())
    start = int(token) if re.fullmatch(r"[0-9]{1,9}", token) else 0
    body: dict[str, Any] = {"value": entries[start : start + size], **(more or {})}
    if start + size < len(entries):
        query = [pair for pair in parse_qsl(request.query) if pair[0].lower() != SKIP.lower()]
        query.append((SKIP, str(start + size)))
        body["nextLink"] = f"{asked.world.endpoint}{request.path}?{urlencode(query)}"
    return document(body)


def document(body: object, status: int = 200) -> Answer:
    """Answer with one entry."""
    return Answer(status, [JSON_TYPE, *responses.arm_headers(), LEFT], to_json(body))
