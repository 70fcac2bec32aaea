"""Circuit breaker: which hosts are down, and how many requests a run sent."""

from threading import Lock
from urllib.parse import urlsplit

from reconciler.core.history.run_summary import RequestStats

DOWN_AFTER = 20
"""After this many unanswered or 5xx requests in a row, requests to the host are not retried."""


_SERVICES = {"providers": 2, "subscriptions": 1}
"""First parts of paths of services that fail independently of others on the same origin, and how
many parts name the service."""


def origin(url: str) -> str:
    """Scheme, host and port of a URL: `https://login.microsoftonline.com:443`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or 443}"


def _service(url: str) -> str:
    """The service behind a URL. Those on one origin are counted apart: links, access, Entra."""
    parts = urlsplit(url).path.split("/")[1:3]
    return "/".join([origin(url), *parts[: _SERVICES.get(parts[0] if parts else "", 0)]])


class CircuitBreaker:
    """Counts failures by host. All links of a run share it, so an outage costs one minute."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._down: set[str] = set()
        self._lock = Lock()
        self._requests = 0
        self._retries = 0
        self._throttled_s = 0.0

    @property
    def request_stats(self) -> RequestStats:
        """The requests so far."""
        return RequestStats(self._requests, self._retries, self._throttled_s)

    def answered(self, url: str) -> None:
        """Count an answer below 500."""
        host = _service(url)
        with self._lock:
            self._requests += 1
            if self._failures.get(host):
                self._failures[host] = 0

    def waited(self, asked_s: float | None) -> None:
        """Count a retry, and the seconds that the service asked to wait."""
        with self._lock:
            self._retries += 1
            self._throttled_s += asked_s or 0.0

    def failed(self, url: str) -> None:
        """Count a 5xx answer, or no answer."""
        host = _service(url)
        with self._lock:
            self._requests += 1
            self._failures[host] = self._failures.get(host, 0) + 1
            if self._failures[host] >= DOWN_AFTER:
                self._down.add(host)

    def is_down(self, url: str) -> bool:
        """Whether the host of this URL counts as down."""
        return bool(self._down) and _service(url) in self._down
