"""Answers of Entra: documents, pages and errors."""

from __future__ import annotations

from reconciler.emulator.entra import errors
from reconciler.emulator.messages import JSON_TYPE, Answer, to_json
from reconciler.emulator.request_log import Call
from reconciler.emulator.world import World

HTML_TYPE = (b"content-type", b"text/html; charset=utf-8")
# The sign-in pages run only the script that submits a form, and cannot be framed.
PAGE_POLICY = (
    b"content-security-policy",
    b"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    b"frame-ancestors 'none'",
)


def document(body: object) -> Answer:
    """Answer with a JSON document."""
    return Answer(200, [JSON_TYPE, *errors.entra_headers()], to_json(body))


def page(html: str, *, status: int = 200) -> Answer:
    """Answer with a page for a person."""
    return Answer(status, [HTML_TYPE, PAGE_POLICY, *errors.entra_headers()], html.encode())


def refuse(
    number: int,
    call: Call,
    world: World,
    *,
    error: str | None = None,
    field: str = "",
    text: str | None = None,
) -> Answer:
    """Refuse a call with an AADSTS number; the rest overrides what comes with the number."""
    return errors.refuse(
        number,
        world.clock.now(),
        client=call.client_id,
        tenant=call.tenant,
        error=error,
        field=field,
        text=text,
    )
