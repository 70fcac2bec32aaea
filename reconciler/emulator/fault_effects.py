"""Effects of a fault on the answer to a call.

`app` waits for latencies; nothing here waits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from reconciler.emulator.arm import responses
from reconciler.emulator.entra import errors
from reconciler.emulator.messages import JSON_TYPE, Answer, Headers, to_json
from reconciler.emulator.request_log import ENTRA_OPERATIONS, PARTNER_CENTER_OPERATIONS, Call
from reconciler.emulator.services import partner_center
from reconciler.emulator.state.clock import TICKS_PER_SECOND
from reconciler.emulator.state.faults import Effect
from reconciler.emulator.state.links import Place
from reconciler.emulator.world import World

CarryOut = Callable[[Call, World], Answer]
DROPPED = Answer(0, [], connection="drop")
HTML_TYPE = (b"content-type", b"text/html; charset=utf-8")
HTML_PAGE = (
    "<!DOCTYPE html>\r\n<html><head><title>{status}</title></head>\r\n"
    "<body><h2>Our services aren't available right now</h2>"
    "<p>We're working to restore all services as soon as possible.</p></body></html>\r\n"
)


def answer(effect: Effect, call: Call, carry_out: CarryOut, world: World) -> Answer:
    """Return what the client gets, after what it asked for has been done or not."""
    place = Place(call.tenant, call.object_id)
    shown = world.links.shown(place)
    if effect.replaces_the_answer:
        if effect.takes_effect:
            carry_out(call, world)
        result = _replacement(effect, call, world)
    else:
        before = world.links.records.get(place)
        result = _altered(carry_out(call, world), effect, world)
        if effect.no_effect:
            world.links.restore(place, before)
    if effect.visible_after_s:
        seconds = effect.visible_after_s
        world.links.hide(place, shown, world.clock.now() + int(seconds * TICKS_PER_SECOND))
    if effect.drift is not None and call.object_id:
        if effect.drift == "unlink":
            world.links.unlink(place)
        else:
            world.links.put(place, effect.drift)
    return result


def _replacement(effect: Effect, call: Call, world: World) -> Answer:
    """Return the answer that replaces the usual one."""
    now = world.clock.now()
    if effect.drop:
        return DROPPED
    if effect.expired_token:
        return responses.expired(world.endpoint, now // TICKS_PER_SECOND - 1, now)
    headers = _encoded(effect.headers)
    if effect.aadsts is not None:
        return errors.refuse(
            effect.aadsts,
            now,
            client=call.client_id,
            tenant=call.tenant,
            status=effect.status,
            error=effect.code,
            text=effect.message,
            headers=headers,
        )
    if effect.redirect is not None:
        request = call.request
        target = f"{effect.redirect.rstrip('/')}{request.path}?{request.query}"
        location = (b"location", target.encode("latin-1", "replace"))
        return Answer(effect.status or 307, [location, *headers])
    if effect.html:
        status = effect.status or 503
        page = HTML_PAGE.format(status=status).encode()
        return Answer(status, [HTML_TYPE, *headers], page)
    if effect.body is not None:
        kind = (b"content-type", effect.content_type.encode()) if effect.content_type else JSON_TYPE
        return Answer(effect.status or 200, [kind, *headers], effect.body.encode())
    return _error(effect, call, headers, now)


def _error(effect: Effect, call: Call, headers: Headers, now: int) -> Answer:
    """Return an error of the side that was asked: Entra, the provider or ARM's front door."""
    status = effect.status or 500
    if call.operation in ENTRA_OPERATIONS:
        text = effect.message or "The request was refused."
        error = effect.code or "temporarily_unavailable"
        return errors.entra_error(status, error, text, now, headers=headers)
    if call.operation in PARTNER_CENTER_OPERATIONS:
        text = effect.message or "The request was refused."
        reply = partner_center.refusal(status, effect.code or status, text)
        return reply._replace(headers=[*reply.headers, *headers])
    default = responses.GATEWAY_ERRORS.get(status, ("Error", "The request failed."))
    code = effect.code or default[0]
    if code in responses.PROVIDER_ERRORS:
        message = effect.message or responses.PROVIDER_ERRORS[code]
        reply = responses.provider_error(status, code, message)
        return reply._replace(headers=[*reply.headers, *headers])
    return responses.gateway_error(status, code, effect.message or default[1], headers)


def _altered(reply: Answer, effect: Effect, world: World) -> Answer:
    """Return the usual answer with the claims or properties changed, or cut in two."""
    if effect.claims and reply.status == 200:
        reply = _edited(reply, lambda body: _with_claims(body, effect.claims, world))
    if effect.properties and reply.status == 200:
        reply = _edited(reply, lambda body: _with_properties(body, effect.properties))
    return reply._replace(connection="cut") if effect.cut_body else reply


def _edited(reply: Answer, edit: Callable[[dict[str, Any]], None]) -> Answer:
    if not reply.body or JSON_TYPE not in reply.headers:
        return reply
    body = json.loads(reply.body)
    edit(body)
    return reply._replace(body=to_json(body))


def _with_claims(body: dict[str, Any], changes: Mapping[str, Any], world: World) -> None:
    claims = world.tokens.read(body.get("access_token", ""))
    if claims is not None:
        body["access_token"] = world.tokens.sign(_merged(claims, changes))


def _with_properties(body: dict[str, Any], changes: Mapping[str, Any]) -> None:
    if "properties" in body:
        body["properties"] = _merged(body["properties"], changes)


def _merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**old, **changes}.items() if value is not None}


def _encoded(headers: Mapping[str, str]) -> Headers:
    return [
        (name.lower().encode("latin-1"), str(headers[name]).encode("latin-1")) for name in headers
    ]
