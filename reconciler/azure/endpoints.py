"""Can the two hosts of a run be spoken to, and what time do they say it is?

One request each, without a token; any answer will do. Through a proxy it is the proxy that
resolves the name, so nothing is resolved here.
"""

import socket
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from reconciler.azure.https import Https
from reconciler.azure.retry import Trouble
from reconciler.azure.wire_formats import http_date
from reconciler.core.checkup import Endpoint
from reconciler.core.links import Problem
from reconciler.core.steps import Course, StepName


def look_at(name: StepName, url: str, https: Https, clock: Callable[[], datetime]) -> Endpoint:
    """One host, asked once; nothing is raised.

    clock  this machine's time, UTC
    """
    course = Course()
    skew_s: int | None = None

    def connect() -> Problem | None:
        nonlocal skew_s
        before = clock()
        try:
            reply = https.send("GET", f"{url}/", headers={"Accept": "application/json"})
        except Trouble as trouble:
            return trouble.problem
        skew_s = skew(reply.headers.get("Date", ""), before, clock())
        return None

    if https.is_proxied(url):
        course.leave(StepName.DNS)
    else:
        course.take(StepName.DNS, lambda: _resolve(url))
    course.take(StepName.TLS, connect)
    return Endpoint(name, url, course.steps, skew_s)


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
