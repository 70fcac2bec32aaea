"""The HTTPS client that sends every request to Azure and Entra.

HTTPS only, no redirects, no cookies, proxies read once, one pool of kept-alive connections. The
client does not interpret requests or answers.

The pools are those of requests; requests go to them directly, because a `Session` prepares and
merges the same settings again for each call. Measured with requests 2.34, 500 links, one thread:
2.4 ms of CPU a link through a session, 1.9 without. A session also reads the CA bundle for each
connection (16 ms for the public one); here it is read once.
"""

import re
import time
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from ssl import SSLContext
from threading import Event
from typing import Any
from urllib.parse import urlencode

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPConnectionPool, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as TimedOut
from urllib3.util.ssl_ import create_urllib3_context

from reconciler.azure.http.answers import HttpAnswer
from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.concurrency_limit import ConcurrencyLimit
from reconciler.azure.http.connections import LIMITED_POOLS
from reconciler.azure.http.failures import cut_short, no_answer, unsendable, unusable
from reconciler.azure.http.header_values import retry_after_s
from reconciler.azure.http.proxies import proxy_for
from reconciler.azure.http.request_limits import LimitedSocket, RequestLimits
from reconciler.azure.http.urls import origin, target
from reconciler.version import __version__

CONNECT_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_DOWN_S = 2.0
REQUEST_TIMEOUT_S = 70.0
"""Time limit of a whole request, from connecting to the last byte of the answer.

Writes of this provider have taken 15 s in production: 60 s are allowed, plus 10 s to connect."""

LARGEST_ANSWER = 1 << 20
LARGEST_LIST = 8 << 20
"""Bytes of an answer after decompression; a list is one of ARM, Graph or Partner Center."""

_URL = re.compile(r"[^\x00-\x20\x7f]+")
_HEADER = re.compile(r"[\x20-\x7e\x80-\xff]*")

_POOLS = 8
_NEVER = Retry.from_int(False, redirect=False)

USER_AGENT = f"pal-reconcile/{__version__}"


@dataclass(frozen=True, slots=True)
class HttpReply:
    """An answer, whatever its status. `headers` is case-insensitive.

    received_at  seconds since 1970: what a date in `Retry-After` counts from
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: float = field(default_factory=time.time, compare=False)

    @property
    def retry_after_s(self) -> float | None:
        """Seconds to wait, by `Retry-After`; None if it is missing or makes no sense."""
        return retry_after_s(self.headers.get("Retry-After", ""), self.received_at)


class Https:
    """Sends requests for all links of a run; safe to share between threads.

    hosts        counts answers and failures by host
    ca_bundle    PEM file or folder of the certificate authorities to trust; None: the public ones
    connections  maximum number of concurrent requests, each on a kept-alive connection
    stop         once set, GET and POST end soon; a write may use its whole time limit
    timeout_s    time limit of a whole request
    clock        seconds since 1970
    """

    def __init__(
        self,
        hosts: CircuitBreaker,
        *,
        ca_bundle: str | None = None,
        connections: int = 32,
        stop: Event | None = None,
        timeout_s: float = REQUEST_TIMEOUT_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.hosts = hosts
        self._stop = stop
        self._timeout_s = timeout_s
        self._clock = clock
        self._only: frozenset[str] | None = None
        self._concurrency = ConcurrencyLimit(connections)
        self._trust = _trust(ca_bundle or DEFAULT_CA_BUNDLE_PATH)
        self._adapter = HTTPAdapter(pool_connections=_POOLS, pool_maxsize=connections)
        self._adapter.init_poolmanager(_POOLS, connections, ssl_context=self._trust)
        self._proxy = cache(proxy_for)
        self._pool = lru_cache(_POOLS)(self._open_pool)

    def limited_to(self, *methods: str) -> "Https":
        """The same client, limited to these methods. A plan's client can send only GET."""
        limited = copy(self)
        limited._only = frozenset(methods)
        return limited

    def to_the_end(self) -> "Https":
        """The same client, for requests that must finish a write even after a stop."""
        unstopped = copy(self)
        unstopped._stop = None
        return unstopped

    def beside(self, stop: Event) -> "Https":
        """The same client, for requests beside the links: they do not count as concurrent.

        stop  ends these requests and no others
        """
        other = copy(self)
        other._stop = stop
        other._concurrency = ConcurrencyLimit(1)
        return other

    def close(self) -> None:
        """Close all connections."""
        self._adapter.close()

    def is_proxied(self, url: str) -> bool:
        """Whether a proxy is used for this URL. The proxy then resolves the name."""
        try:
            return self._proxy(origin(url)) is not None
        except HTTPError:  # the variable is not a URL; the request reports that
            return True

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: Any = None,
        most_bytes: int = LARGEST_ANSWER,
    ) -> HttpReply:
        """Send one request and return its answer, whatever the status.

        A mapping as body is sent as a form. Raises `NoAnswer` if no answer came or if it is larger
        than `most_bytes`, `RequestFailed` if the certificate is not trusted.
        """
        if url[:8].lower() != "https://":
            raise ValueError("only https URLs are allowed")
        if self._only is not None and method not in self._only:
            raise PermissionError(f"this client cannot send {method}")
        if not (_URL.fullmatch(url) and all(map(_HEADER.fullmatch, headers.values()))):
            # http.client would raise an error that repeats the header.
            raise unsendable(url)
        reply = self._send_when_allowed(method, url, headers, body, most_bytes)
        if reply.status >= 500:
            self.hosts.failed(url)
        else:
            self.hosts.answered(url)
        return reply

    def _send_when_allowed(
        self, method: str, url: str, headers: Mapping[str, str], body: Any, most_bytes: int
    ) -> HttpReply:
        connect_s = CONNECT_TIMEOUT_DOWN_S if self.hosts.is_down(url) else CONNECT_TIMEOUT_S
        is_strained = False
        begun = self._concurrency.begin()
        stop = self._stop if method in ("GET", "POST") else None
        limits = RequestLimits(self._timeout_s, stop, most_bytes)
        netloc, path = target(url)
        try:
            with limits.applied():
                answer: HttpAnswer = self._pool(netloc).urlopen(  # type: ignore[assignment]
                    method,
                    path,
                    headers={"User-Agent": USER_AGENT, **headers},
                    body=urlencode(body) if isinstance(body, Mapping) else body,
                    redirect=False,
                    retries=_NEVER,
                    timeout=Timeout(connect=min(connect_s, self._timeout_s), read=self._timeout_s),
                )
            is_strained = answer.status == 429
        except HTTPError as error:
            is_strained = isinstance(error, TimedOut) and not isinstance(error, NewConnectionError)
            if limits.is_cut_short:
                raise cut_short(url) from None
            failure = no_answer(url, error)
            if failure.is_transient:
                self.hosts.failed(url)
            raise failure from None
        finally:
            self._concurrency.end(begun, is_strained=is_strained)
        if answer.body is None:
            raise unusable(url, f"is larger than {most_bytes >> 20} MiB")
        return HttpReply(answer.status, answer.headers, answer.body, self._clock())

    def _open_pool(self, netloc: str) -> HTTPConnectionPool:
        """The connections to one host. Requests go to its pool directly, not through the manager.

        The manager would parse the URL and build the pool's key for each request.
        """
        site = f"https://{netloc.rpartition('@')[2]}"
        proxy = self._proxy(origin(site))
        pools: PoolManager = self._adapter.poolmanager
        if proxy is not None:
            over_tls = {"proxy_ssl_context": self._trust} if proxy.startswith("https:") else {}
            pools = self._adapter.proxy_manager_for(proxy, ssl_context=self._trust, **over_tls)
        pools.pool_classes_by_scheme = LIMITED_POOLS
        return pools.connection_from_url(site)


def _trust(authorities: str) -> SSLContext:
    context = create_urllib3_context()
    context.sslsocket_class = LimitedSocket
    if Path(authorities).is_dir():
        context.load_verify_locations(capath=authorities)
    else:
        context.load_verify_locations(cafile=authorities)
    return context
