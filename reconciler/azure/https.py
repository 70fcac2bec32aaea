"""How does a request leave the machine? One place for all of them.

Https only, no redirect followed, no cookie kept, proxies read once, one pool of kept-alive
connections. It knows nothing of what is asked or answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy

from reconciler.azure.hosts import Hosts, origin
from reconciler.azure.retry import Trouble
from reconciler.core.links import Problem
from reconciler.version import __version__

CONNECT_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_DOWN_S = 2.0
READ_TIMEOUT_S = 60.0
"""Writes of this provider have taken 15 s in production, so 60 s are allowed."""


class NoAnswer(Trouble):
    """Nothing came back: whether the request took effect is not known."""


@dataclass(frozen=True, slots=True)
class HttpReply:
    """An answer, whatever its status. `headers` is case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after_s(self) -> float | None:
        """Seconds of `Retry-After`; None if it is missing or a date."""
        value = self.headers.get("Retry-After", "")
        return float(value) if value.isascii() and value.isdigit() else None


class Https:
    """Sends requests for all links of a run; safe to share between threads.

    ca_bundle    PEM file of the authorities to trust; None means the public ones
    connections  how many kept-alive connections to a host are worth keeping
    only         the methods that may be sent: a plan's is {"GET"}
    """

    def __init__(
        self,
        hosts: Hosts,
        *,
        ca_bundle: str | None = None,
        connections: int = 32,
        only: frozenset[str] | None = None,
    ) -> None:
        self._hosts = hosts
        self._only = only
        self._session = requests.Session()
        self._session.trust_env = False  # it costs CPU on every call, and would read ~/.netrc
        self._session.verify = ca_bundle or True
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["User-Agent"] = f"pal-reconcile/{__version__}"
        self._session.mount("https://", HTTPAdapter(pool_connections=8, pool_maxsize=connections))
        self._proxies = cache(lambda site: get_environ_proxies(site))

    def close(self) -> None:
        """Close the connections that were kept."""
        self._session.close()

    def is_proxied(self, url: str) -> bool:
        """Whether a proxy stands between this machine and the host: then it resolves the name."""
        return select_proxy(url, self._proxies(origin(url))) is not None

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: Any = None
    ) -> HttpReply:
        """Send one request and return its answer, whatever the status.

        Raises `NoAnswer` when nothing came back, `Trouble` when the certificate is not trusted.
        """
        if not url.startswith("https://"):
            raise ValueError("only https is spoken")
        if self._only is not None and method not in self._only:
            raise PermissionError(f"this client cannot {method}")
        site = origin(url)
        connect_s = CONNECT_TIMEOUT_DOWN_S if self._hosts.is_down(url) else CONNECT_TIMEOUT_S
        try:
            response = self._session.request(
                method,
                url,
                headers=dict(headers),
                data=body,
                allow_redirects=False,
                timeout=(connect_s, READ_TIMEOUT_S),
                proxies=self._proxies(site),
            )
        except requests.RequestException as error:
            raise self._no_answer(url, error) from None
        if response.status_code >= 500:
            self._hosts.failed(url)
        else:
            self._hosts.answered(url)
        return HttpReply(response.status_code, response.headers, response.content)

    def _no_answer(self, url: str, error: requests.RequestException) -> Trouble:
        host = urlsplit(url).netloc
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return Trouble(
                Problem(
                    "untrusted_certificate",
                    f"the certificate of {host} is not trusted",
                    "behind a TLS-inspecting proxy, name its CA with --ca-bundle",
                )
            )
        self._hosts.failed(url)
        return NoAnswer(
            Problem(
                "unavailable",
                f"no answer from {host}: {_cause(error)}",
                "check the network, DNS and proxy from this machine; then run again",
            ),
            is_transient=True,
            host=url,
        )


def _cause(error: requests.RequestException) -> str:
    """What went wrong in a few words. requests' own text holds object addresses: never the same."""
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy did not pass the request on"
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "connecting timed out"
    if isinstance(error, requests.exceptions.ReadTimeout):
        return "the answer did not come in time"
    if "NameResolution" in str(error) or "Name or service not known" in str(error):
        return "the name does not resolve"
    if "Connection refused" in str(error):
        return "connection refused"
    return "the connection was dropped"
