"""Headers, links and errors of ARM, byte for byte.

The ManagementPartner provider repeats code and message at both levels of an error; ARM's own front
door does not.
"""

from __future__ import annotations

from uuid import uuid4

from reconciler.emulator.messages import JSON_TYPE, Answer, Headers, to_json
from reconciler.emulator.state.clock import TICKS_PER_SECOND, format_time
from reconciler.emulator.state.links import Place, Record, Refusal
from reconciler.emulator.state.switches import Switches

NOT_LINKED = (
    "ManagementPartnerNotFound",
    "This user or service principal is not linked with a Partner ID",
)
INVALID_PARTNER_ID = ("PartnerIdInvalid", "The Partner ID is not valid")
# Code and message of the next one are a guess: only that the PUT fails is known.
ALREADY_LINKED = (
    "PartnerIdAlreadyLinked",
    "This user or service principal is already linked with a Partner ID",
)
# The message is documented; the code is a guess.
FOREIGN = (
    "Forbidden",
    "The user does not have an account in this tenant, work with the administrator to add the "
    "account. If you are a CSP partner logged in the customer tenant, you will not be able to "
    "link the Partner ID",
)
PROVIDER_ERRORS = dict([NOT_LINKED, INVALID_PARTNER_ID, ALREADY_LINKED])
GATEWAY_ERRORS = {
    400: ("BadRequest", "The request is not valid."),
    401: ("AuthenticationFailed", "Authentication failed."),
    403: ("AuthorizationFailed", "The client does not have authorization to perform the action."),
    404: ("NotFound", "The resource was not found."),
    409: ("Conflict", "The request conflicts with another one."),
    429: ("TooManyRequests", "The request is being throttled."),
    500: ("InternalServerError", "The server encountered an internal error. Please retry."),
    502: ("BadGateway", "The gateway did not receive a response from the provider."),
    503: ("ServerUnavailable", "The service is unavailable. Please retry."),
    504: ("GatewayTimeout", "The gateway did not receive a response in time."),
}

STATIC_HEADERS: Headers = [
    (b"cache-control", b"no-cache"),
    (b"pragma", b"no-cache"),
    (b"expires", b"-1"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
]


def arm_headers() -> Headers:
    """Return the headers of every ARM answer; the correlation ID equals the request ID."""
    request_id = str(uuid4()).encode()
    return [
        *STATIC_HEADERS,
        (b"x-ms-request-id", request_id),
        (b"x-ms-correlation-request-id", request_id),
    ]


def provider_headers() -> Headers:
    """Return the headers of every answer that the provider itself gave."""
    return [*arm_headers(), (b"request-id", str(uuid4()).encode())]


def link(place: Place, record: Record) -> Answer:
    """Answer with one link, as GET, PUT and PATCH do."""
    partner_id = record.partner_id
    name = {} if record.partner_name is None else {"partnerName": record.partner_name}
    body = {
        "id": f"/providers/microsoft.managementpartner/partners/{partner_id}",
        "type": "Microsoft.ManagementPartner/partners",
        "name": partner_id,
        "etag": record.version,
        "properties": {
            "partnerId": partner_id,
            **name,
            "tenantId": place.tenant_id,
            "objectId": place.object_id,
            "version": record.version,
            "updatedTime": format_time(record.updated),
            "createdTime": format_time(record.created),
            "state": record.state,
        },
    }
    return Answer(200, [JSON_TYPE, *provider_headers()], to_json(body))


def removed() -> Answer:
    """Answer a DELETE: 200 without a body and without a content type."""
    return Answer(200, provider_headers())


def refused(refusal: Refusal, switches: Switches) -> Answer:
    """Answer with the provider's error for a refusal of the state machine."""
    if refusal is Refusal.NOT_LINKED:
        return provider_error(404, *NOT_LINKED)
    if refusal is Refusal.INVALID_PARTNER_ID:
        return provider_error(400, *INVALID_PARTNER_ID)
    return provider_error(switches.already_linked_status, *ALREADY_LINKED)


def provider_error(status: int, code: str, message: str) -> Answer:
    """Answer with an error of the provider: code and message twice."""
    body = {"error": {"code": code, "message": message}, "code": code, "message": message}
    return Answer(status, [JSON_TYPE, *provider_headers()], to_json(body))


def gateway_error(status: int, code: str, message: str, headers: Headers | None = None) -> Answer:
    """Answer with an error of ARM's front door."""
    body = {"error": {"code": code, "message": message}}
    cause = (b"x-ms-failure-cause", b"gateway")
    return Answer(status, [JSON_TYPE, *arm_headers(), cause, *(headers or ())], to_json(body))


def throttled(wait_s: int) -> Answer:
    """Answer 429 with the number of seconds to wait."""
    retry_after = (b"retry-after", str(wait_s).encode())
    return gateway_error(429, *GATEWAY_ERRORS[429], [retry_after])


def unauthenticated(endpoint: str, code: str, message: str) -> Answer:
    """Answer 401 with the sign-in endpoint."""
    challenge = (
        f'Bearer authorization_uri="{endpoint}", error="invalid_token", '
        f'error_description="{message}"'
    )
    return gateway_error(401, code, message, [(b"www-authenticate", challenge.encode("latin-1"))])


def expired(endpoint: str, expiry_s: int, now: int) -> Answer:
    """Answer 401 to a token whose `exp` was `expiry_s`, seconds since 1970; `now` in ticks."""
    return unauthenticated(
        endpoint,
        "ExpiredAuthenticationToken",
        "The access token expiry UTC time "
        f"'{format_time(expiry_s * TICKS_PER_SECOND)}' is earlier than current UTC time "
        f"'{format_time(now)}'.",
    )
