"""Heartbeat of a nightly run: pings a check in the protocol of healthchecks.io.

`URL/start` at the start, `URL/<exit status>` at the end with the summary as its body. The service
alerts when a ping is missing, which no notification of this program could report. The URL is a
secret: no error of this module repeats it.
"""

import os
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import SplitResult, unquote, urlencode, urlsplit, urlunsplit
from urllib.request import proxy_bypass

from reconciler.bounded_requests import failure_cause, limited_session
from reconciler.core.network.proxies import unusable_proxy
from reconciler.core.redaction.redactor import redact
from reconciler.version import __version__

ATTEMPTS = 3
TIMEOUT_S = 10.0
PAUSE_S = 1.0
MAX_BODY_CHARS = 10_000
"""healthchecks.io keeps 100 kB; most services of its kind keep less."""


class PingFailed(Exception):
    """A ping that the service did not accept; the text says why and never names the URL."""


class Heartbeat:
    """The check of one run.

    url        as the service shows it; https, or http in a private network
    ca_bundle  authorities to trust in addition to the public ones: a PEM file or a folder
    sleep      waits that many seconds between two attempts
    timeout_s  the time limit of one attempt
    """

    def __init__(
        self,
        url: str,
        ca_bundle: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._parts = _parts(url)
        self._ca_bundle = ca_bundle
        self._sleep = sleep
        self._timeout_s = timeout_s
        self._run = str(uuid.uuid4())

    def begin(self) -> None:
        """Report the start of the run. Raises `PingFailed`."""
        self._ping("start", "")

    def end(self, status: int, summary: str) -> None:
        """Report the exit status and the summary. Raises `PingFailed`."""
        self._ping(str(status), summary)

    def _ping(self, signal: str, body: str) -> None:
        problem = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(PAUSE_S * attempt)
            try:
                status = self._post(signal, body)
            except (OSError, ValueError) as error:
                problem = self._proxy_problem() or failure_cause(error)
                continue
            if status < 300:
                return
            problem = f"the service answered {status}"
            if status < 500 and status != 429:
                break
        raise PingFailed(problem)

    def _proxy_problem(self) -> str | None:
        """What is wrong with the proxy variable that applies to the URL."""
        if proxy_bypass(self._parts.hostname or ""):
            return None
        return unusable_proxy(os.environ, self._parts.scheme)

    def _post(self, signal: str, body: str) -> int:
        """The status that the service answers with. Raises `OSError` or `ValueError`."""
        parts = self._parts
        # The run's ID lets the service match an end with its start when two runs overlap.
        query = "&".join(filter(None, (parts.query, urlencode({"rid": self._run}))))
        path = f"{parts.path.rstrip('/')}/{signal}"
        url = urlunsplit((parts.scheme, parts.netloc, path, query, ""))
        with limited_session(self._timeout_s, self._ca_bundle) as session:
            response = session.post(
                url,
                data=redact(body)[:MAX_BODY_CHARS].encode(errors="replace"),
                headers={"User-Agent": f"pal-reconcile/{__version__}"},
                timeout=self._timeout_s,
                auth=_credentials(parts),
            )
        return int(response.status_code)


def _credentials(parts: SplitResult) -> object:
    """The user name and password of the URL, if it has them.

    Otherwise a function that adds nothing: with None, requests would read ~/.netrc.
    """
    if parts.username is None:
        return lambda request: request
    return unquote(parts.username), unquote(parts.password or "")


def _parts(url: str) -> SplitResult:
    """The URL in parts; raises `PingFailed` for a text that is not an https URL."""
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in ("https", "http") and parts.hostname:
            return parts
    raise PingFailed("the value of its reference is not an https URL")
