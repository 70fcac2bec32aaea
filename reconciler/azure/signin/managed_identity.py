"""Tokens of this machine's managed identity: IMDS, App Service, Azure Arc and similar platforms.

azure-identity sends the requests of each platform. Its retries are turned off, because they ignore
deadlines and signals; this module decides which answers are retried.

Sources: Microsoft's "How to use managed identities to acquire an access token" (retry guidance) and
"Work with managed identities in App Service".
"""

import os
import time
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError, ServiceRequestError, ServiceResponseError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import ManagedIdentityCredential

from reconciler.azure import bearer_tokens
from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.failures import host_of, is_untrusted, untrusted_certificate
from reconciler.azure.http.header_values import retry_after_s
from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.sign_in_errors import AGAIN
from reconciler.azure.signin.secrets.references import Unresolved
from reconciler.azure.signin.shared_tokens import PlatformToken
from reconciler.bounded_requests import limited_session
from reconciler.core.links import Problem
from reconciler.core.redaction.redactor import remember

CONNECT_TIMEOUT_S = 2.0
READ_TIMEOUT_S = 10.0

UPDATING_WAIT_S = 15.0
"""After 410 the metadata service of a machine may take 70 seconds to come back."""

_IMDS_PATH = "/metadata/identity/"
_NOT_YET = (404, 410)
"""Statuses that IMDS returns while it is updating; elsewhere 404 is final."""


_SECRET_VARIABLES = ("IDENTITY_HEADER", "MSI_SECRET")
"""Variables whose values prove to the endpoint that a request comes from this machine."""


class RecordingTransport(RequestsTransport):  # type: ignore[misc]  # untyped in azure-core
    """Sends the requests of azure-identity and records temporary failures.

    failure              the last temporary failure; None after any other answer
    machine_is_optional  ignore a connection timeout of the machine's endpoint, because
                         azure-identity can sign in another way. A refused connection is never
                         a temporary failure: the machine has no managed identity
    """

    def __init__(
        self, hosts: CircuitBreaker, *, machine_is_optional: bool = False, **options: Any
    ) -> None:
        super().__init__(
            session=limited_session(CONNECT_TIMEOUT_S + READ_TIMEOUT_S),
            connection_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
            **options,
        )
        self._init_session(self.session)
        for name in _SECRET_VARIABLES:
            remember(os.environ.get(name, ""))
        self._hosts = hosts
        self._machine_is_optional = machine_is_optional
        self.failure: RequestFailed | None = None

    def send(self, request: Any, **options: Any) -> Any:
        try:
            response = super().send(request, **options)
        except ServiceRequestError as error:
            is_machine = request.url.startswith("http:")
            if not (is_machine and (self._machine_is_optional or _is_absent(error))):
                self._note(request.url, error)
            raise
        except ServiceResponseError as error:
            self._note(request.url, error)
            raise
        status = response.status_code
        if 300 <= status < 400:  # azure-core would send the next request there
            raise ServiceResponseError("the answer is a redirect, which is not followed")
        (self._hosts.failed if status >= 500 else self._hosts.answered)(request.url)
        self.failure = refusal(request.url, status, response.headers.get("Retry-After", ""))
        return response

    def _note(self, url: str, error: AzureError) -> None:
        self._hosts.failed(url)
        self.failure = no_answer(url, error)


def _is_absent(error: AzureError) -> bool:
    return any(text in str(error) for text in ("refused", "No route", "unreachable"))


def request_token(client_id: str | None, scope: str, hosts: CircuitBreaker) -> PlatformToken:
    """Request a token once. Raises `RequestFailed` if a retry may help, `Unresolved` otherwise.

    Proxy variables are ignored: the endpoints belong to this machine.
    """
    transport = RecordingTransport(hosts, use_env_settings=False)
    options: dict[str, Any] = {"transport": transport, "retry_total": 0, "retry_status": 0}
    try:
        with ManagedIdentityCredential(client_id=client_id, **options) as credential:
            token = credential.get_token(scope)
    except (AzureError, ValueError) as error:
        if transport.failure:
            raise transport.failure from None
        raise Unresolved(
            f"this machine has no usable managed identity: {getattr(error, 'message', error)}"
        ) from None
    text = bearer_tokens.platform_token(
        str(token.token), "the answer of this machine's managed identity"
    )
    return PlatformToken(text, token.expires_on - time.time())


def refusal(url: str, status: int, retry_after: str) -> RequestFailed | None:
    """A `RequestFailed` for an answer that asks for a retry; None for any other."""
    parts = urlsplit(url)
    is_updating = status in _NOT_YET and parts.path.startswith(_IMDS_PATH)
    if status != 429 and status < 500 and not is_updating:
        return None
    wait_s = retry_after_s(retry_after, time.time())
    if status == 410 and wait_s is None:
        wait_s = UPDATING_WAIT_S
    code = "throttled" if status == 429 else "unavailable"
    problem = Problem(code, f"{host_of(url)} returned no token: it answered {status}", AGAIN)
    return RequestFailed(problem, is_transient=True, host=url, retry_after_s=wait_s)


def no_answer(url: str, error: AzureError) -> RequestFailed:
    """An endpoint that did not answer, as `RequestFailed`, without the addresses in its cause."""
    if is_untrusted(error):
        return untrusted_certificate(url)
    why = "it is unreachable"
    if isinstance(error, ServiceResponseError):
        why = "the connection was dropped"
    return RequestFailed(
        Problem(
            "unavailable",
            f"no answer from {host_of(url)}: {why}",
            "check that this machine has a managed identity and that its endpoint is not blocked; "
            "then run again",
        ),
        is_transient=True,
        host=url,
    )
