"""How does a request leave the machine? One place for all of them.

Https only, no redirect followed, no cookie kept, proxies read once, one pool of kept-alive
connections. It knows nothing of what is asked or answered.

The pools are requests', the request goes straight into them: a `Session` prepares, merges and looks
up at each call what is the same in all of ours. Measured with requests 2.34, 500 links, one thread:
2.4 ms of CPU a link through a session, 1.9 without. A session also reads the authorities anew for
each connection, 16 ms where they are the public ones; here they are read once.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from ssl import SSLContext
from typing import Any
from urllib.parse import urlencode, urlsplit

from requests.adapters import HTTPAdapter
from requests.utils import (
    DEFAULT_CA_BUNDLE_PATH,
    get_environ_proxies,
    prepend_scheme_if_needed,
    select_proxy,
)
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
)
from urllib3.exceptions import TimeoutError as TimedOut
from urllib3.util.ssl_ import create_urllib3_context

from reconciler.azure.hosts import Hosts, origin
from reconciler.azure.pace import Pace
from reconciler.azure.retry import Trouble
from reconciler.core.links import Problem
from reconciler.version import __version__

CONNECT_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_DOWN_S = 2.0
READ_TIMEOUT_S = 60.0
"""Writes of this provider have taken 15 s in production, so 60 s are allowed."""

USER_AGENT = f"pal-reconcile/{__version__}"


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

    ca_bundle    PEM file of the authorities to trust, or a folder; None means the public ones
    connections  how many requests may be under way at once, each over a connection that is kept
    """

    def __init__(
        self, hosts: Hosts, *, ca_bundle: str | None = None, connections: int = 32
    ) -> None:
        self._hosts = hosts
        self._only: frozenset[str] | None = None
        self._pace = Pace(connections)
        self._trust = _trust(ca_bundle or DEFAULT_CA_BUNDLE_PATH)
        self._adapter = HTTPAdapter(pool_connections=8, pool_maxsize=connections)
        self._adapter.init_poolmanager(8, connections, ssl_context=self._trust)
        self._proxy = cache(_proxy)

    def limited_to(self, *methods: str) -> "Https":
        """The same connections, over which only these methods can be sent: a plan's is GET."""
        limited = copy(self)
        limited._only = frozenset(methods)
        return limited

    def close(self) -> None:
        """Close the connections that were kept."""
        self._adapter.close()

    def is_proxied(self, url: str) -> bool:
        """Whether a proxy stands between this machine and the host: then it resolves the name."""
        return self._proxy(origin(url)) is not None

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: Any = None
    ) -> HttpReply:
        """Send one request and return its answer, whatever the status.

        A mapping as body is sent as a form. Raises `NoAnswer` when nothing came back, `Trouble`
        when the certificate is not trusted.
        """
        if not url.startswith("https://"):
            raise ValueError("only https is spoken")
        if self._only is not None and method not in self._only:
            raise PermissionError(f"this client cannot {method}")
        reply = self._send_in_turn(method, url, headers, body)
        if reply.status >= 500:
            self._hosts.failed(url)
        else:
            self._hosts.answered(url)
        return reply

    def _send_in_turn(
        self, method: str, url: str, headers: Mapping[str, str], body: Any
    ) -> HttpReply:
        connect_s = CONNECT_TIMEOUT_DOWN_S if self._hosts.is_down(url) else CONNECT_TIMEOUT_S
        is_strained = False
        begun = self._pace.begin()
        try:
            response = self._pools(origin(url)).urlopen(
                method,
                url,
                headers={"User-Agent": USER_AGENT, **headers},
                body=_encoded(method, body),
                redirect=False,
                retries=False,
                timeout=Timeout(connect=connect_s, read=READ_TIMEOUT_S),
            )
            is_strained = response.status == 429
            return HttpReply(response.status, response.headers, response.data)
        except HTTPError as error:
            is_strained = isinstance(error, TimedOut) and not isinstance(error, NewConnectionError)
            raise self._no_answer(url, error) from None
        finally:
            self._pace.end(begun, is_strained=is_strained)

    def _pools(self, site: str) -> PoolManager:
        proxy = self._proxy(site)
        if proxy is None:
            pools: PoolManager = self._adapter.poolmanager
            return pools
        over_tls = {"proxy_ssl_context": self._trust} if proxy.startswith("https:") else {}
        proxied: PoolManager = self._adapter.proxy_manager_for(
            proxy, ssl_context=self._trust, **over_tls
        )
        return proxied

    def _no_answer(self, url: str, error: HTTPError) -> Trouble:
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


def _trust(authorities: str) -> SSLContext:
    context = create_urllib3_context()
    if Path(authorities).is_dir():
        context.load_verify_locations(capath=authorities)
    else:
        context.load_verify_locations(cafile=authorities)
    return context


def _proxy(site: str) -> str | None:
    """The proxy that the environment names for this origin; None means straight there."""
    proxy = select_proxy(site, get_environ_proxies(site))
    return proxy and str(prepend_scheme_if_needed(proxy, "http"))  # type: ignore[no-untyped-call]


def _encoded(method: str, body: Any) -> str | bytes | None:
    """A request that may have a body says how long it is, also when it has none."""
    if isinstance(body, Mapping):
        return urlencode(body)
    return b"" if body is None and method != "GET" else body


def _cause(error: HTTPError) -> str:
    """What went wrong in a few words. urllib3's own text holds object addresses: never the same."""
    if "Connection refused" in str(error) and not isinstance(error, ProxyError):
        return "connection refused"
    for kind, words in _CAUSES.items():
        if isinstance(error, kind):
            return words
    return "the connection was dropped"


_CAUSES: dict[type[HTTPError], str] = {
    LocationValueError: "HTTPS_PROXY is not the URL of a proxy",
    ProxyError: "the proxy did not pass the request on",
    ReadTimeoutError: "the answer did not come in time",
    NameResolutionError: "the name does not resolve",
    NewConnectionError: "the host cannot be reached",
    ConnectTimeoutError: "connecting timed out",
}
"""Each kind before those that it is a kind of."""
