"""Error codes: an error answer of Entra or ARM becomes a `RequestFailed` with a code and a hint.

Pure functions. Microsoft asks clients not to depend on its error numbers: a number selects the code
and the hint (see `sign_in_errors`), never whether something is written.

Sources: the recorded tests of the ManagementPartner provider, and logged calls of its clients.
"""

import re
from dataclasses import dataclass
from typing import Any

from reconciler.azure.claims_challenges import Challenge, challenge_in
from reconciler.azure.http.client import HttpReply
from reconciler.azure.http.failures import CHECK_ENDPOINT
from reconciler.azure.http.header_values import json_object
from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.sign_in_errors import AGAIN, HINTS, code_of, hint_of
from reconciler.azure.stable_texts import stable_text
from reconciler.core.links import Problem

TRY_AGAIN = frozenset({"throttled", "unavailable"})

NOT_LINKED = "ManagementPartnerNotFound"

CHALLENGED = "Azure requires MFA: sign in again as that person, then run again"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who tried to sign in, and where: the values for the placeholders of hints."""

    tenant: str
    client_id: str
    authority: str


def of_sign_in(reply: HttpReply, who: SignIn) -> RequestFailed:
    """The meaning of an Entra error answer to a token or OpenID document request."""
    data = json_object(reply.body) or {}
    text = str(data.get("error_description") or data.get("error") or "")
    return sign_in_failed(
        text,
        who,
        numbers=[n for n in _list(data.get("error_codes")) if isinstance(n, int)],
        error=str(data.get("error") or ""),
        reply=reply,
    )


def sign_in_failed(
    text: str,
    who: SignIn,
    *,
    numbers: list[int] | None = None,
    error: str = "",
    reply: HttpReply | None = None,
) -> RequestFailed:
    """The same from Entra's error text alone, as the Azure CLI prints it."""
    found = re.search(r"AADSTS([0-9]{4,8})", text)
    numbers = numbers or ([int(found[1])] if found else [])
    status = reply.status if reply else 0
    code = _sign_in_code(numbers, error, status)
    message = stable_text(text) or f"the sign-in was answered with status {status}"
    hint = (hint_of(numbers) or HINTS[code]).format(
        tenant=who.tenant, client_id=who.client_id or "CLIENT_ID", authority=who.authority
    )
    return RequestFailed(
        Problem(code, message, hint),
        is_transient=code in TRY_AGAIN,
        host=who.authority,
        retry_after_s=reply.retry_after_s if reply else None,
    )


def _sign_in_code(numbers: list[int], error: str, status: int) -> str:
    if code := code_of(numbers):
        return code
    if status == 429:
        return "throttled"
    if status >= 500 or error == "temporarily_unavailable":
        return "unavailable"
    return "sign_in_refused"


def of_arm(reply: HttpReply, url: str) -> RequestFailed:
    """The meaning of an ARM answer other than 200 to this URL."""
    code, message = _arm_error(reply.body)
    said = f"Azure answered {reply.status} {code}".rstrip() + (f": {message}" if message else "")
    if challenge_in(reply, code):
        return RequestFailed(Problem("person_needed", said, CHALLENGED))
    problem = _arm_problem(reply.status, code, message, said)
    return RequestFailed(
        problem,
        is_transient=problem.code in TRY_AGAIN,
        host=url,
        retry_after_s=reply.retry_after_s,
    )


def challenge_of(reply: HttpReply) -> Challenge | None:
    """The claims challenge in this ARM answer; None if there is none."""
    return challenge_in(reply, _arm_error(reply.body)[0])


def is_not_linked(reply: HttpReply) -> bool:
    """Whether this is the only answer that means that the principal has no link."""
    return reply.status == 404 and _arm_fields(reply.body).get("code") == NOT_LINKED


def _arm_problem(status: int, code: str, message: str, said: str) -> Problem:
    if _names_a_foreign_principal(message):
        return Problem("foreign_principal", said, HINTS["foreign_principal"])
    if problem := status_problem(status, said, "Azure"):
        return problem
    if status == 401:
        return Problem(
            "token_refused", said, "check this machine's clock, and the cloud: setting in the file"
        )
    if code == "PartnerIdInvalid":
        return Problem(
            "invalid_partner_id",
            said,
            "copy the Associated PartnerID of a location account from Partner Center; "
            "the global account's ID is not accepted",
        )
    if code == "PartnerIdAlreadyLinked" or "already linked" in message:
        return Problem("already_linked", said, "run plan again and check the current link")
    if status == 403:
        return Problem("forbidden", said, "ask the customer whether a policy blocks this principal")
    return Problem(
        "unexpected_answer",
        said,
        "the link is treated as unknown; run again, and report it if it happens again",
    )


def status_problem(status: int, said: str, service: str) -> Problem | None:
    """The problem of a status that means the same for every service; None for any other.

    said  the service's answer, in one line
    """
    if status == 429:
        return Problem("throttled", said, AGAIN)
    if status >= 500:
        return Problem("unavailable", said, AGAIN)
    if 300 <= status < 400:
        message = f"{service} answered {status}, a redirect; redirects are not followed"
        return Problem("unexpected_answer", message, CHECK_ENDPOINT)
    return None


def _names_a_foreign_principal(message: str) -> bool:
    lower = message.lower()
    return "does not have an account in this tenant" in lower or "csp partner" in lower


def _arm_error(body: bytes) -> tuple[str, str]:
    """Code and message of an error."""
    source = _arm_fields(body)
    code, message = source.get("code"), source.get("message")
    return (
        stable_text(code) if isinstance(code, str) else "",
        stable_text(message) if isinstance(message, str) else "",
    )


def _arm_fields(body: bytes) -> dict[str, Any]:
    """The fields of an error. The provider repeats them at both levels, ARM does not."""
    data = json_object(body) or {}
    inner = data.get("error")
    return inner if isinstance(inner, dict) and inner.get("code") else data


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
