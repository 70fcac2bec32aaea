"""Error answers of Entra: status, error and text of the number, unless they are given."""

from __future__ import annotations

from uuid import uuid4

from reconciler.emulator.entra.error_table import REFUSALS, Refused
from reconciler.emulator.messages import JSON_TYPE, Answer, Headers, to_json
from reconciler.emulator.state.clock import format_entra_time

UNKNOWN = Refused(400, "invalid_request", "The request was refused.")


def refuse(
    number: int,
    now: int,
    *,
    client: str = "",
    tenant: str = "",
    field: str = "",
    status: int | None = None,
    error: str | None = None,
    text: str | None = None,
    headers: Headers | None = None,
) -> Answer:
    """Answer with Entra's refusal `number`, at `now` in ticks.

    client, tenant, field: fill the text
    status, error, text: override what the number usually comes with
    headers: are added
    """
    known = REFUSALS.get(number, UNKNOWN)
    text = text or known.text.format(client=client, tenant=tenant, field=field)
    return entra_error(
        status or known.status,
        error or known.error,
        f"AADSTS{number}: {text}",
        now,
        numbers=[number],
        headers=headers,
    )


def entra_error(
    status: int,
    error: str,
    text: str,
    now: int,
    *,
    numbers: list[int] | None = None,
    headers: Headers | None = None,
) -> Answer:
    """Answer with an OAuth error as Entra writes it."""
    trace_id, correlation_id, time = str(uuid4()), str(uuid4()), format_entra_time(now)
    body = {
        "error": error,
        "error_description": f"{text} Trace ID: {trace_id} Correlation ID: {correlation_id} "
        f"Timestamp: {time}",
        "error_codes": numbers or [],
        "timestamp": time,
        "trace_id": trace_id,
        "correlation_id": correlation_id,
    }
    return Answer(status, [JSON_TYPE, *entra_headers(), *(headers or ())], to_json(body))


def entra_headers() -> Headers:
    """Return the headers of every answer of Entra."""
    return [
        (b"cache-control", b"no-store, no-cache"),
        (b"pragma", b"no-cache"),
        (b"expires", b"-1"),
        (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-ms-request-id", str(uuid4()).encode()),
    ]
