"""What does a workload show instead of a secret? A token of the platform that it runs on.

The platform's own environment says where such a token is had: Kubernetes by a file, GitHub Actions
and Azure Pipelines by a request, a managed identity by azure-identity.
"""

import json
import os
from pathlib import Path
from urllib.parse import quote

from azure.core.exceptions import AzureError
from azure.identity import ManagedIdentityCredential

from reconciler.azure import bearer_tokens
from reconciler.azure.https import Https
from reconciler.azure.retry import Trouble
from reconciler.azure.secrets import LARGEST_SECRET, Unresolved
from reconciler.core.identities import TokenRef

EXCHANGE = "api://AzureADTokenExchange/.default"
"""What a managed identity's token must be for, to stand for a secret. Azure's own clouds."""


def platform_token(ref: TokenRef, https: Https) -> str:
    """The platform's token; raises `Unresolved` where this is not that platform."""
    if ref.source == "file":
        return _from_file(ref.name)
    if ref.source == "github":
        return _from_github(ref.name, https)
    return _from_azure_pipelines(ref.name, https)


def managed_identity_token(client_id: str | None, scope: str) -> str:
    """A token of this machine's managed identity; raises `Unresolved` where it has none.

    azure-identity asks the machine's own endpoint, which is http by nature and never leaves it.
    """
    try:
        with ManagedIdentityCredential(client_id=client_id, retry_total=1) as credential:
            token = str(credential.get_token(scope).token)
    except AzureError as error:  # refused, not there, or its endpoint does not answer
        raise Unresolved(f"no managed identity here: {error.message}") from None
    return bearer_tokens.platform_token(token, "the answer of this machine's managed identity")


def _from_file(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            token = file.read(LARGEST_SECRET).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise Unresolved(f"cannot read the token file {name}: {why}") from None
    if not token:
        raise Unresolved(f"the token file {name} is empty; the platform has not filled it yet")
    return bearer_tokens.platform_token(token, f"the token file {name}")


def _from_github(audience: str, https: Https) -> str:
    """Source: GitHub's "OpenID Connect reference", request by `core.getIDToken`."""
    url = _given("ACTIONS_ID_TOKEN_REQUEST_URL", "GitHub Actions with `id-token: write`")
    bearer = _given_token("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "GitHub Actions with `id-token: write`")
    return _request("GET", f"{url}&audience={quote(audience, safe='')}", bearer, "value", https)


def _from_azure_pipelines(service_connection: str, https: Https) -> str:
    """Source: azure-identity's AzurePipelinesCredential, api-version 7.1."""
    url = _given("SYSTEM_OIDCREQUESTURI", "Azure Pipelines")
    bearer = _given_token("SYSTEM_ACCESSTOKEN", "Azure Pipelines, mapped from System.AccessToken")
    query = f"?api-version=7.1&serviceConnectionId={quote(service_connection, safe='')}"
    return _request("POST", url.rstrip("/") + query, bearer, "oidcToken", https)


def _request(method: str, url: str, bearer: str, key: str, https: Https) -> str:
    if not url.startswith("https://"):
        raise Unresolved("the platform's token endpoint is not https")
    headers = {
        "Authorization": f"Bearer {bearer}",
        "Accept": "application/json",
        "Content-Type": "application/json",
        "X-TFS-FedAuthRedirect": "Suppress",
    }
    try:
        reply = https.send(method, url, headers=headers)
    except Trouble as trouble:
        raise Unresolved(f"the platform gave no token: {trouble.problem.message}") from None
    try:
        token = str(json.loads(reply.body)[key])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unresolved(f"the platform gave no token: it answered {reply.status}") from None
    return bearer_tokens.platform_token(token, "the answer of the platform's token endpoint")


def _given(variable: str, where: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise Unresolved(f"{variable} is not set; it is by {where}")
    return value


def _given_token(variable: str, where: str) -> str:
    return bearer_tokens.platform_token(_given(variable, where), variable)
