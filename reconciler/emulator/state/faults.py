"""Fault rules, which are matched against each call in order.

The first rule applies that matches, has skipped its calls and has times left. Pure: `fault_effects`
applies the effect to the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from reconciler.emulator.seed.fields import Flag, Positive, Seconds
from reconciler.emulator.state.directory import PARTNER_ID

ANY = "*"
UNLINK = "unlink"


def _drift(text: str) -> str:
    if text != UNLINK and not PARTNER_ID.fullmatch(text):
        raise ValueError(f"expected a partner ID or {UNLINK}, got {text!r}")
    return text


@dataclass(frozen=True)
class Match:
    """The calls that a rule applies to.

    tenant: GUID, lower-case domain, or `*`
    operations: names from request_log.OPERATIONS; empty means all
    client_id, partner_id: `*` for all; a call without a partner ID matches only `*`
    path: a pattern for the path of the request, without regard to case
    after: number of matching calls to skip first
    times: number of matching calls to affect; None means all
    """

    tenant: str = ANY
    operations: frozenset[str] = frozenset()
    client_id: str = ANY
    partner_id: str = ANY
    path: str = ANY
    after: int = 0
    times: int | None = None

    def covers(
        self, operation: str, tenant: str, client_id: str, partner_id: str, path: str = ""
    ) -> bool:
        """Say whether the rule applies to such a call."""
        return (
            (not self.operations or operation in self.operations)
            and self.tenant in (ANY, tenant)
            and self.client_id in (ANY, client_id)
            and self.partner_id in (ANY, partner_id)
            and (self.path == ANY or fnmatchcase(path.lower(), self.path.lower()))
        )


class Effect(BaseModel):
    """What happens to a call.

    latency_s: seconds before anything happens; slow_answer_s: seconds between effect and answer
    status, code, message, headers: an error instead of the answer; with `aadsts` they override
    body, content_type: this text instead of the answer, with `status` or 200
    html: an HTML error page instead of the answer
    drop: the connection is closed without an answer
    redirect: the answer sends the client to this URL
    aadsts: Entra refuses with this number
    expired_token: ARM says that the token has expired
    takes_effect: the request is carried out before one of the above is answered
    no_effect: the answer is the usual one, but nothing changes
    claims: changed in the token that is issued; None removes one
    properties: changed in the link that is answered; None removes one
    cut_body: the connection is closed in the middle of the usual answer
    drift: after the answer another party links this partner ID, or `unlink`s
    visible_after_s: the write takes effect, but for so many seconds reads show the link as before
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    latency_s: Seconds = 0.0
    slow_answer_s: Seconds = 0.0
    status: Annotated[int, Field(strict=True, ge=200, le=599)] | None = None
    code: str | None = None
    message: str | None = None
    headers: Mapping[str, Any] = {}
    body: str | None = None
    content_type: str | None = None
    html: Flag = False
    drop: Flag = False
    redirect: str | None = None
    aadsts: Positive | None = None
    expired_token: Flag = False
    takes_effect: Flag = False
    no_effect: Flag = False
    claims: Mapping[str, Any] = {}
    properties: Mapping[str, Any] = {}
    cut_body: Flag = False
    drift: Annotated[str, AfterValidator(_drift)] | None = None
    visible_after_s: Seconds = 0.0

    @property
    def replaces_the_answer(self) -> bool:
        """Whether the usual answer is replaced."""
        return (
            self.html
            or self.drop
            or self.expired_token
            or any(v is not None for v in (self.status, self.body, self.redirect, self.aadsts))
        )


NO_EFFECT = Effect()


@dataclass(frozen=True)
class Rule:
    """A fault: which calls, and what happens to them. `seen` counts the calls it matched."""

    match: Match = Match()
    effect: Effect = NO_EFFECT
    seen: int = 0

    @property
    def is_used_up(self) -> bool:
        """Whether the rule matches no further calls."""
        times, after = self.match.times, self.match.after
        return times is not None and self.seen >= after + times


class Faults:
    """The rules in force."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.rules = list(rules)
        self.times_cleared = 0

    def choose(
        self, operation: str, tenant: str, client_id: str, partner_id: str, path: str = ""
    ) -> Effect | None:
        """Return the effect for this call, and count it; None without a matching rule."""
        for position, rule in enumerate(self.rules):
            call = (operation, tenant, client_id, partner_id, path)
            if rule.is_used_up or not rule.match.covers(*call):
                continue
            self.rules[position] = replace(rule, seen=rule.seen + 1)
            if rule.seen >= rule.match.after:
                return rule.effect
        return None

    def add(self, rule: Rule, tenant_id: Callable[[str], str]) -> None:
        """Add the rule at the end; `tenant_id` turns a domain into the tenant's GUID."""
        match = rule.match
        if match.tenant != ANY:
            match = replace(match, tenant=tenant_id(match.tenant))
        self.rules.append(replace(rule, match=match))

    def clear(self) -> None:
        """Remove all rules, and end the waits of calls that they delay."""
        self.rules.clear()
        self.times_cleared += 1
