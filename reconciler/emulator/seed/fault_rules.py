"""Faults of a seed or a control request, from their fields to rules.

Contradictory fields are rejected, so that a fault without effect is never mistaken for a client
that handles it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, model_validator

from reconciler.emulator.request_log import ENTRA_OPERATIONS, LINK_OPERATIONS, OPERATIONS
from reconciler.emulator.seed.fields import Lower, Part, Positive, Texts, Whole
from reconciler.emulator.state.faults import ANY, NO_EFFECT, Effect, Match, Rule

GROUPS = {"write": ("create", "update", "remove"), ANY: ()}
ERROR_PARTS = ("status", "code", "message", "headers")
# What replaces the usual answer, and what else can be said of each.
PARTS: dict[str, tuple[str, ...]] = {
    "drop": (),
    "expired_token": (),
    "aadsts": ERROR_PARTS,
    "redirect": ("status", "headers"),
    "html": ("status", "headers"),
    "body": ("status", "headers", "content_type"),
}
ALTERATIONS = ("no_effect", "claims", "properties", "cut_body")


def _operations(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in GROUPS and name not in OPERATIONS:
            known = ", ".join((*OPERATIONS, *GROUPS))
            raise ValueError(f"expected one of {known}, got {name!r}")
    return names


class FaultEntry(Part, Effect):
    """One of `faults`: an effect, and the calls that it applies to."""

    tenant: Lower = ANY
    operation: Annotated[Texts, AfterValidator(_operations)] | None = None
    client_id: Lower = ANY
    partner_id: str = ANY
    path: str = ANY
    after: Whole = 0
    times: Positive | None = None
    retry_after_s: Whole | None = None

    def rule(self) -> Rule:
        """Return the rule."""
        match = Match(
            self.tenant,
            self._matched_operations(),
            self.client_id,
            self.partner_id,
            self.path,
            self.after,
            self.times,
        )
        return Rule(match, self._effect())

    def _effect(self) -> Effect:
        headers = {name: str(value) for name, value in self.headers.items()}
        if self.retry_after_s is not None:
            headers["Retry-After"] = str(self.retry_after_s)
        values = {name: getattr(self, name) for name in Effect.model_fields}
        return Effect.model_construct(**{**values, "headers": headers})

    def _matched_operations(self) -> frozenset[str]:
        if self.operation is None:
            return self._default_operations()
        if ANY in self.operation:
            return frozenset()
        return frozenset(one for name in self.operation for one in GROUPS.get(name, (name,)))

    def _default_operations(self) -> frozenset[str]:
        """Return the operations of a fault that names none."""
        if self.aadsts is not None or self.claims:
            return frozenset({"token"})
        if self.drift is not None:
            return frozenset({"read"})
        if self.no_effect or self.visible_after_s:
            return frozenset(GROUPS["write"])
        if self.properties or self.expired_token:
            return frozenset(LINK_OPERATIONS)
        return frozenset()

    @model_validator(mode="after")
    def _refuse_contradictions(self) -> FaultEntry:
        effect = self._effect()
        if effect == NO_EFFECT:
            raise ValueError("does nothing; give it an effect")
        replacement = _replacement(effect)
        parts = PARTS.get(replacement or "", ERROR_PARTS if replacement else ())
        for name in (*ERROR_PARTS, "content_type"):
            if getattr(effect, name) not in (None, {}) and name not in parts:
                with_what = f"does not go with {replacement}" if replacement else "needs a status"
                raise ValueError(f"{name} {with_what}")
        altered = [name for name in ALTERATIONS if getattr(effect, name)]
        if altered and replacement:
            raise ValueError(f"{altered[0]} needs the usual answer, which is replaced")
        if effect.takes_effect and not replacement:
            raise ValueError("takes_effect needs an answer that replaces the usual one")
        takes_effect = effect.takes_effect if replacement else not effect.no_effect
        if effect.visible_after_s and not takes_effect:
            raise ValueError("visible_after_s needs a write that takes effect")
        operations, names = self._matched_operations(), ", ".join(ENTRA_OPERATIONS)
        if effect.aadsts is not None and not (operations and operations <= set(ENTRA_OPERATIONS)):
            raise ValueError(f"aadsts is an answer to {names} only")
        return self


def _replacement(effect: Effect) -> str | None:
    """Return the field that replaces the usual answer."""
    found = [name for name in PARTS if getattr(effect, name) not in (None, False)]
    if len(found) > 1:
        raise ValueError(f"{' and '.join(found)} exclude each other")
    return found[0] if found else None if effect.status is None else "status"
