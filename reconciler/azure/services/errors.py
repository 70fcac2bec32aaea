"""Error answers of Graph, Partner Center and Dataverse: a code, a message and a hint.

Graph and Dataverse answer `{"error": {"code", "message"}}`, Partner Center
`{"code": 900421, "description": "…"}`.
"""

from typing import Any

from reconciler.azure.error_codes import TRY_AGAIN, status_problem
from reconciler.azure.http.client import HttpReply
from reconciler.azure.http.failures import unexpected_answer
from reconciler.azure.http.header_values import json_object
from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.stable_texts import stable_text
from reconciler.core.links import Problem

MFA_MISSING = "900421"
"""Partner Center's code of a token without an MFA claim (401)."""

_TOKEN_REFUSED = "check this machine's clock, --endpoint, and the cloud: setting in the file"  # noqa: S105 - a hint
_FORBIDDEN = "ask an administrator to give this principal access to the service"
_NO_MFA = "sign in as a person with MFA (pal-reconcile login, or az login), then run again"


class ServiceRefused(RequestFailed):
    """An answer other than 200, with the service's own code.

    status  of HTTP
    code    as the service wrote it; empty if it gave none
    """

    def __init__(self, reply: HttpReply, url: str, problem: Problem, code: str) -> None:
        super().__init__(
            problem,
            is_transient=problem.code in TRY_AGAIN,
            host=url,
            retry_after_s=reply.retry_after_s,
        )
        self.status = reply.status
        self.code = code


def of_service(reply: HttpReply, url: str, service: str, forbidden: str = "") -> ServiceRefused:
    """The meaning of an answer other than 200.

    service    its name in messages
    forbidden  the hint for 403
    """
    code, message = error_of(reply.body)
    said = f"{service} answered {reply.status} {code}".rstrip()
    said += f": {message}" if message else ""
    return ServiceRefused(reply, url, _problem(reply.status, code, said, service, forbidden), code)


def unexpected(service: str, what: str) -> RequestFailed:
    """An answer that cannot be used; `what` completes "the answer of SERVICE …"."""
    return unexpected_answer(f"the answer of {service} {what}")


def _problem(status: int, code: str, said: str, service: str, forbidden: str) -> Problem:
    if problem := status_problem(status, said, service):
        return problem
    if status == 401 and code == MFA_MISSING:
        return Problem("person_needed", said, _NO_MFA)
    if status == 401:
        return Problem("token_refused", said, _TOKEN_REFUSED)
    if status == 403:
        return Problem("forbidden", said, forbidden or _FORBIDDEN)
    return Problem(
        "unexpected_answer", said, "check the endpoint; run again, and report it if it persists"
    )


def error_of(body: bytes) -> tuple[str, str]:
    """Code and message of an error; empty texts if the answer has none."""
    data = json_object(body) or {}
    inner = data.get("error")
    source = inner if isinstance(inner, dict) else data
    return _text(source.get("code")), _text(source.get("message") or source.get("description"))


def _text(value: Any) -> str:
    is_text = isinstance(value, str | int) and not isinstance(value, bool)
    return stable_text(str(value)) if is_text else ""
