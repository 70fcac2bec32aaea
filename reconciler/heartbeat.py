"""Is somebody told that a run began, and how it ended? The protocol of healthchecks.io.

`URL/start` when it begins, `URL/<exit status>` when it is over, with the recap as the body. The
service rings when no ping comes, which no message of ours could say. The URL is a secret: no error
of this module repeats it.
"""

import os
import ssl
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import SplitResult, urlencode, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener, proxy_bypass

from reconciler.bounded_requests import within
from reconciler.core.proxies import unusable_proxy
from reconciler.core.redaction.redactor import redact
from reconciler.version import __version__

TRIES = 3
TIMEOUT_S = 10.0
PAUSE_S = 1.0
LARGEST_BODY = 10_000
"""Characters: healthchecks.io keeps 100 kB, most of its kind less."""


class NoPulse(Exception):
    """A ping came to nothing; the text says why, and never where."""


class Heartbeat:
    """One check, for one run.

    url        as the service shows it; https, or http in one's own network
    ca_bundle  authorities to trust beside the public ones: a PEM file or a folder of them
    sleep      waits so many seconds between two tries
    timeout_s  how long one try may take in all
    """

    def __init__(
        self,
        url: str,
        ca_bundle: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._timeout_s = timeout_s
        self._parts = _parts(url)
        self._sleep = sleep
        self._run = str(uuid.uuid4())
        context = ssl.create_default_context()
        if ca_bundle:  # beside the public ones: the service is seldom behind the same authority
            folder = Path(ca_bundle).is_dir()
            context.load_verify_locations(**{"capath" if folder else "cafile": ca_bundle})
        self._opener = build_opener(_NoRedirect, HTTPSHandler(context=context))

    def begin(self) -> None:
        """Say that the run begins. Raises `NoPulse`."""
        self._ping("start", "")

    def end(self, status: int, recap: str) -> None:
        """Say how it ended. Raises `NoPulse`."""
        self._ping(str(status), recap)

    def _ping(self, signal: str, body: str) -> None:
        why = ""
        for attempt in range(TRIES):
            if attempt:
                self._sleep(PAUSE_S * attempt)
            try:
                within(self._timeout_s, lambda: self._post(signal, body))
            except HTTPError as error:
                error.close()
                why = f"it answered {error.code}"
                if error.code < 500 and error.code != 429:
                    break
            except (OSError, HTTPException, ValueError) as error:
                why = self._proxy_problem() or _cause(error)
            else:
                return
        raise NoPulse(why)

    def _proxy_problem(self) -> str | None:
        """What is wrong with the proxy variable that applies here."""
        if proxy_bypass(self._parts.hostname or ""):
            return None
        return unusable_proxy(os.environ, self._parts.scheme)

    def _post(self, signal: str, body: str) -> None:
        parts = self._parts
        # The run's ID lets the service match an end with its start, where two runs overlap.
        query = "&".join(filter(None, (parts.query, urlencode({"rid": self._run}))))
        path = f"{parts.path.rstrip('/')}/{signal}"
        url = urlunsplit((parts.scheme, parts.netloc, path, query, ""))
        request = Request(  # noqa: S310 - the scheme was checked
            url,
            data=redact(body)[:LARGEST_BODY].encode(errors="replace"),
            headers={"User-Agent": f"pal-reconcile/{__version__}"},
        )
        with self._opener.open(request, timeout=TIMEOUT_S):
            pass


class _NoRedirect(HTTPRedirectHandler):
    """A redirect is an answer like any other: the recap goes nowhere else."""

    def redirect_request(self, *_: object) -> None:
        return None


def _parts(url: str) -> SplitResult:
    """The URL in parts; raises `NoPulse` for what is none."""
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in ("https", "http") and parts.hostname:
            return parts
    raise NoPulse("what its reference leads to is no https URL")


def _cause(error: Exception) -> str:
    """What went wrong, without the URL that some errors repeat."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return "its certificate is not trusted; name its authority with --ca-bundle"
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    if isinstance(reason, OSError) and reason.strerror:
        return f"no answer: {reason.strerror}"
    return f"no answer: {type(reason).__name__}"
