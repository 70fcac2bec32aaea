"""Checks of the two hosts of a run: name resolution, TLS and clock skew.

Each host gets one request without a token; any answer counts. Behind a proxy the proxy resolves the
name, so this check is left out.
"""

import socket
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from reconciler.azure.http.client import Https
from reconciler.azure.http.header_values import http_date
from reconciler.azure.http.retry import RequestFailed
from reconciler.core.doctor.checkup import EndpointCheck
from reconciler.core.doctor.steps import StepName, StepResults
from reconciler.core.links import Problem


def check_endpoint(
    name: StepName, url: str, https: Https, clock: Callable[[], datetime]
) -> EndpointCheck:
    """Check one host with one request. Raises nothing.

    clock  this machine's time, UTC
    """
    steps = StepResults()
    skew_s: int | None = None

    def connect() -> Problem | None:
        nonlocal skew_s
        before = clock()
        try:
            reply = https.send("GET", f"{url}/", headers={"Accept": "application/json"})
        except RequestFailed as failure:
            return failure.problem
        skew_s = skew(reply.headers.get("Date", ""), before, clock())
        return None

    if https.is_proxied(url):
        steps.leave(StepName.DNS)
    else:
        steps.take(StepName.DNS, lambda: _resolve(url))
    steps.take(StepName.TLS, connect)
    return EndpointCheck(name, url, steps.steps, skew_s)


def _resolve(url: str) -> Problem | None:
    parts = urlsplit(url)
    try:
        socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return Problem(
            "name_not_resolved",
            f"the name {parts.hostname} does not resolve on this machine",
            "check this machine's DNS; if Azure is reachable only through a proxy, set HTTPS_PROXY",
        )
    return None


def skew(date: str, before: datetime, after: datetime) -> int | None:
    """How many whole seconds this machine is ahead: a `Date` header has no fractions."""
    server_time = http_date(date)
    if server_time is None:
        return None
    local_time = before + (after - before) / 2
    return round((local_time - server_time).total_seconds())
