"""Federated tokens, which a workload sends to Entra in place of a secret.

The token comes from a file (Kubernetes), a request (GitHub Actions, Azure Pipelines) or the
machine's endpoint (managed identity). One token is used for all tenants of a run until shortly
before it expires.
"""

import json
import os
import time
from collections.abc import Callable
from threading import Lock
from urllib.parse import quote

from reconciler.azure import bearer_tokens
from reconciler.azure.http.client import HttpReply, Https
from reconciler.azure.http.retry import RetryBudget
from reconciler.azure.http.urls import https_origin
from reconciler.azure.signin.managed_identity import refusal, request_token
from reconciler.azure.signin.secrets.references import LARGEST_SECRET, Unresolved
from reconciler.azure.signin.shared_tokens import PlatformToken, SharedTokens, fresh_token
from reconciler.core.identities import TokenRef
from reconciler.regular_files import read_regular

MACHINE_INTERVAL_S = 0.25
"""Minimum time between requests to a machine's endpoint, which allows about five a second."""


class PlatformTokens:
    """The tokens of this platform, each requested once; safe to share between threads.

    All methods raise `Unresolved` if this is not that platform, and `RequestFailed` if it does not
    answer within the retry budget of the first caller.

    exchange  the scope of a managed identity's token that an app sends in place of a secret
    """

    def __init__(
        self, https: Https, exchange: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.exchange = exchange
        self._https = https
        self._clock = clock
        self._shared = SharedTokens(clock)
        self._next_at = 0.0
        self._pace = Lock()

    def workload(self, ref: TokenRef, budget: RetryBudget) -> str:
        """The token that a workload identity refers to."""
        if ref.source == "file":
            return _from_file(ref.name)  # not cached: the platform replaces the file
        request = _from_github if ref.source == "github" else _from_azure_pipelines

        def attempt() -> PlatformToken:
            return fresh_token(request(ref.name, self._https))

        return self._shared.get(ref, lambda: budget.call(attempt))

    def managed_identity(self, client_id: str | None, scope: str, budget: RetryBudget) -> str:
        """A token of this machine's managed identity."""

        def attempt() -> PlatformToken:
            budget.pause(self._turn_s())
            return request_token(client_id, scope, self._https.hosts)

        return self._shared.get((client_id, scope), lambda: budget.call(attempt))

    def forget(self, token: str) -> None:
        """Stop using this token, because it was refused."""
        self._shared.forget(token)

    def _turn_s(self) -> float:
        """Seconds to wait before the next request to the machine's endpoint."""
        with self._pace:
            now = self._clock()
            turn_at = max(now, self._next_at)
            self._next_at = turn_at + MACHINE_INTERVAL_S
            return turn_at - now


def _from_file(name: str) -> str:
    try:
        token = read_regular(name, LARGEST_SECRET).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise Unresolved(f"cannot read the token file {name}: {why}") from None
    if not token:
        raise Unresolved(f"the token file {name} is empty; the platform has not written it yet")
    return bearer_tokens.platform_token(token, f"the token file {name}")


def _from_github(targets: str, https: Https) -> str:
    """Source: GitHub's "OpenID Connect reference", request by `core.getIDToken`."""
    url = _value_of("ACTIONS_ID_TOKEN_REQUEST_URL", "GitHub Actions with `id-token: write`")
    bearer = _token_from("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "GitHub Actions with `id-token: write`")
    mark = "&" if "?" in url else "?"
    return _request("GET", f"{url}{mark}audience={quote(targets, safe='')}", bearer, "value", https)


def _from_azure_pipelines(service_connection: str, https: Https) -> str:
    """Source: azure-identity's AzurePipelinesCredential, api-version 7.1."""
    url = _value_of("SYSTEM_OIDCREQUESTURI", "Azure Pipelines")
    bearer = _token_from("SYSTEM_ACCESSTOKEN", "Azure Pipelines, mapped from System.AccessToken")
    query = f"?api-version=7.1&serviceConnectionId={quote(service_connection, safe='')}"
    return _request("POST", url.rstrip("/") + query, bearer, "oidcToken", https)


def _request(method: str, url: str, bearer: str, key: str, https: Https) -> str:
    if https_origin(url) is None:
        raise Unresolved("the platform's token endpoint is not an https URL")
    headers = {
        "Authorization": f"Bearer {bearer}",
        "Accept": "application/json",
        "Content-Type": "application/json",
        "X-TFS-FedAuthRedirect": "Suppress",
    }
    reply = https.send(method, url, headers=headers)
    if failure := refusal(url, reply.status, reply.headers.get("Retry-After", "")):
        raise failure
    return _token_in(reply, key)


def _token_in(reply: HttpReply, key: str) -> str:
    try:
        token = json.loads(reply.body)[key]
    except (ValueError, KeyError, TypeError, RecursionError):
        token = None
    if reply.status != 200 or not isinstance(token, str) or not token:
        raise Unresolved(f"the platform returned no token: it answered {reply.status}")
    return bearer_tokens.platform_token(token, "the answer of the platform's token endpoint")


def _value_of(variable: str, where: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise Unresolved(f"{variable} is not set; {where} sets it")
    return value


def _token_from(variable: str, where: str) -> str:
    return bearer_tokens.platform_token(_value_of(variable, where), variable)
