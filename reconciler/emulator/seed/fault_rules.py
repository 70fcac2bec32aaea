"""Faults of a seed or a control request, from their fields to rules.

Contradictory fields are rejected, so that a fault without effect is never mistaken for a client
that handles it.
"""

from __future__ import annotations

from reconciler.emulator.request_log import ENTRA_OPERATIONS, LINK_OPERATIONS, OPERATIONS
from reconciler.emulator.seed.fields import BadSeed, Fields
from reconciler.emulator.state.faults import ANY, Effect, Match, Rule
from reconciler.emulator.state.links import PARTNER_ID

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
DRIFT_AWAY = "unlink"


def read_rule(entry: Fields) -> Rule:
    """Read one fault."""
    effect = _read_effect(entry)
    rule = Rule(_read_match(entry, _default_operations(effect)), effect)
    entry.finish()
    if effect == Effect():
        raise BadSeed(f"{entry.where or 'the fault'}: does nothing; give it an effect")
    _refuse_contradictions(entry, rule)
    return rule


def _read_match(entry: Fields, default: frozenset[str]) -> Match:
    operations: set[str] = set()
    names = entry.texts("operation")
    for name in names or ():
        if name not in GROUPS and name not in OPERATIONS:
            known = ", ".join((*OPERATIONS, *GROUPS))
            raise BadSeed(f"{entry.path('operation')}: expected one of {known}, got {name!r}")
        operations.update(GROUPS.get(name, (name,)))
    if names is None or ANY in names:
        operations = set() if names is not None else set(default)
    return Match(
        (entry.text("tenant") or ANY).lower(),
        frozenset(operations),
        (entry.text("client_id") or ANY).lower(),
        entry.text("partner_id") or ANY,
        entry.whole("after") or 0,
        entry.whole("times", least=1),
    )


def _read_effect(entry: Fields) -> Effect:
    headers = {name: str(value) for name, value in (entry.mapping("headers") or {}).items()}
    retry_after_s = entry.whole("retry_after_s")
    if retry_after_s is not None:
        headers["Retry-After"] = str(retry_after_s)
    return Effect(
        latency_s=entry.seconds("latency_s") or 0.0,
        slow_answer_s=entry.seconds("slow_answer_s") or 0.0,
        status=entry.whole("status", least=200, most=599),
        code=entry.text("code"),
        message=entry.text("message"),
        headers=headers,
        body=entry.text("body"),
        content_type=entry.text("content_type"),
        html=entry.flag("html"),
        drop=entry.flag("drop"),
        redirect=entry.text("redirect"),
        aadsts=entry.whole("aadsts", least=1),
        expired_token=entry.flag("expired_token"),
        takes_effect=entry.flag("takes_effect"),
        no_effect=entry.flag("no_effect"),
        claims=entry.mapping("claims") or {},
        properties=entry.mapping("properties") or {},
        cut_body=entry.flag("cut_body"),
        drift=_read_drift(entry),
        visible_after_s=entry.seconds("visible_after_s") or 0.0,
    )


def _read_drift(entry: Fields) -> str | None:
    text = entry.text("drift")
    if text is None or text == DRIFT_AWAY or PARTNER_ID.fullmatch(text):
        return text
    raise BadSeed(f"{entry.path('drift')}: expected a partner ID or {DRIFT_AWAY}, got {text!r}")


def _default_operations(effect: Effect) -> frozenset[str]:
    """Return the operations of a fault that names none."""
    if effect.aadsts is not None or effect.claims:
        return frozenset({"token"})
    if effect.drift is not None:
        return frozenset({"read"})
    if effect.no_effect or effect.visible_after_s:
        return frozenset(GROUPS["write"])
    if effect.properties or effect.expired_token:
        return frozenset(LINK_OPERATIONS)
    return frozenset()


def _refuse_contradictions(entry: Fields, rule: Rule) -> None:
    effect, where = rule.effect, entry.where or "the fault"
    replacements = [name for name in PARTS if getattr(effect, name) not in (None, False)]
    if len(replacements) > 1:
        raise BadSeed(f"{where}: {' and '.join(replacements)} exclude each other")
    replacement = replacements[0] if replacements else None
    if replacement is None and effect.status is not None:
        replacement = "status"
    parts = PARTS.get(replacement or "", ERROR_PARTS if replacement else ())
    for name in (*ERROR_PARTS, "content_type"):
        if getattr(effect, name) not in (None, {}) and name not in parts:
            with_what = f"does not go with {replacement}" if replacement else "needs a status"
            raise BadSeed(f"{where}: {name} {with_what}")
    altered = [name for name in ALTERATIONS if getattr(effect, name)]
    if altered and replacement:
        raise BadSeed(f"{where}: {altered[0]} needs the usual answer, which is replaced")
    if effect.takes_effect and not replacement:
        raise BadSeed(f"{where}: takes_effect needs an answer that replaces the usual one")
    takes_effect = effect.takes_effect if replacement else not effect.no_effect
    if effect.visible_after_s and not takes_effect:
        raise BadSeed(f"{where}: visible_after_s needs a write that takes effect")
    operations = rule.match.operations
    names = ", ".join(ENTRA_OPERATIONS)
    if effect.aadsts is not None and not (operations and operations <= set(ENTRA_OPERATIONS)):
        raise BadSeed(f"{where}: aadsts is an answer to {names} only")
