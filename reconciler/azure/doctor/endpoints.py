"""Can the two hosts of a run be spoken to, and what time do they say it is?

One request each, without a token; any answer will do. Through a proxy it is the proxy that
resolves the name, so nothing is resolved here.
"""

import socket
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from reconciler.azure.http.client import Https
from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.http.wire_formats import http_date
from reconciler.core.doctor.checkup import EndpointCheck
from reconciler.core.doctor.steps import StepName, StepResults
from reconciler.core.links import Problem


def look_at(name: StepName, url: str, https: Https, clock: Callable[[], datetime]) -> EndpointCheck:
    """One host, asked once; nothing is raised.

    clock  this machine's time, UTC
    """
    link_timeline = StepResults()
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
        link_timeline.leave(StepName.DNS)
    else:
        link_timeline.take(StepName.DNS, lambda: _resolve(url))
    link_timeline.take(StepName.TLS, connect)
    return EndpointCheck(name, url, link_timeline.steps, skew_s)


def _resolve(url: str) -> Problem | None:
    parts = urlsplit(url)
    try:
        socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return Problem(
            "name_not_resolved",
            f"the name {parts.hostname} does not resolve on this machine",
            "check this machine's DNS; where only a proxy reaches Azure, set HTTPS_PROXY",
        )
    return None


def skew(date: str, before: datetime, after: datetime) -> int | None:
    """How far ahead this machine is, in whole seconds: a `Date` has no finer ones."""
    theirs = http_date(date)
    if theirs is None:
        return None
    ours = before + (after - before) / 2
    return round((ours - theirs).total_seconds())
