"""The description of a cloud by its own ARM metadata document.

The endpoint comes from the command line or the environment, never from tenants.yaml.
"""

import json
import re
from contextlib import closing
from dataclasses import replace
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from reconciler.azure.clouds import CLOUDS, NO_VAULTS, Cloud
from reconciler.azure.error_codes import of_arm
from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.client import HttpReply, Https
from reconciler.azure.http.retry import RequestFailed, RetryBudget
from reconciler.azure.http.urls import https_origin
from reconciler.core.errors import RunFailed, WrongUsage
from reconciler.core.network.services import is_base_url

METADATA = "/metadata/endpoints?api-version=2022-09-01"

_PLAIN_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")
_DNS_SUFFIX = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


class Malformed(ValueError):
    """A field of the metadata document has an invalid value."""


def find_cloud(name: str, endpoint: str | None, ca_bundle: str | None, stop: Event) -> Cloud:
    """Return a known cloud by name, or the cloud behind the endpoint that the operator chose.

    name  the cloud in tenants.yaml; it decides what no metadata document says
    """
    if endpoint is None:
        return CLOUDS[name]
    hosts = CircuitBreaker()
    with closing(Https(hosts, ca_bundle=ca_bundle, stop=stop)) as https:
        cloud = described(endpoint, https.limited_to("GET"), RetryBudget(hosts, stop))
    return replace(cloud, exchange=CLOUDS[name].exchange)


def described(endpoint: str, https: Https, budget: RetryBudget) -> Cloud:
    """Return the cloud behind the ARM endpoint that the operator chose.

    Raises `WrongUsage` if the endpoint is not an https origin, `RunFailed` if the metadata
    document cannot be read or is invalid.
    """
    arm = checked_endpoint(endpoint)

    def ask() -> HttpReply:
        reply = https.send("GET", arm + METADATA, headers={"Accept": "application/json"})
        if reply.status == 429 or reply.status >= 500:
            raise of_arm(reply, arm)
        return reply

    try:
        reply = budget.call(ask)
    except RequestFailed as failure:
        raise RunFailed(f"{arm}: {failure.problem.message}; {failure.problem.hint}") from None
    if reply.status != 200:
        raise RunFailed(
            f"{arm}{METADATA} answered {reply.status}: "
            "check that --arm-endpoint names an Azure Resource Manager"
        )
    try:
        document = json.loads(reply.body)
        authority, scope, vault_suffix = _read_metadata(document)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise RunFailed(
            f"{arm}{METADATA} is not a metadata document ({_what(error)}): "
            "check that --arm-endpoint names an Azure Resource Manager"
        ) from None
    graph = _graph(document)
    return Cloud(urlsplit(arm).netloc, arm, authority, scope, vault_suffix, graph)


def checked_endpoint(endpoint: str) -> str:
    """The origin of an endpoint, without a trailing slash; raises `WrongUsage` for anything else.

    The message never repeats what could be a password in the URL.
    """
    if not is_base_url(endpoint) or urlsplit(endpoint).path not in ("", "/"):
        raise WrongUsage(
            "--arm-endpoint takes an https origin, such as https://management.azure.com"
        )
    return endpoint.rstrip("/")


def _read_metadata(data: Any) -> tuple[str, str, str]:
    """Authority, scope and vault suffix, as the 2022-09-01 document names them.

    A cloud without a vault suffix gets a suffix that no host has.
    """
    authentication = data["authentication"]
    authority = authentication["loginEndpoint"]
    if https_origin(authority) is None or not _PLAIN_URL.fullmatch(authority):
        raise Malformed("loginEndpoint is not the https URL of a host")
    authority = authority.rstrip("/")
    audiences = authentication["audiences"]
    if not isinstance(audiences, list) or not all(map(_is_audience, audiences)):
        raise Malformed("audiences is not a list of URLs")
    targets = next((a for a in audiences if "management." in a), audiences[0])
    suffix = str((data.get("suffixes") or {}).get("keyVaultDns") or "").lstrip(".").lower()
    if not _DNS_SUFFIX.fullmatch(suffix):
        suffix = NO_VAULTS
    return authority, targets.rstrip("/") + "/.default", suffix


def _graph(document: dict[str, Any]) -> str | None:
    """The base URL of Microsoft Graph; None if the document names none that is safe to use."""
    url = document.get("microsoftGraphResourceId")
    return url.rstrip("/") if isinstance(url, str) and is_base_url(url) else None


def _is_audience(value: Any) -> bool:
    return isinstance(value, str) and _PLAIN_URL.fullmatch(value) is not None


def _what(error: Exception) -> str:
    """What is wrong with the document, without quoting it: it may hold anything."""
    if isinstance(error, Malformed):
        return str(error)
    key = error.args[0] if isinstance(error, KeyError) else None
    return f"it has no {key}" if key else "it is not JSON of the expected shape"
