"""Which hosts are there, which are down, and how much was asked? One memory for all of a run."""

from threading import Lock
from urllib.parse import urlsplit

from reconciler.core.history.run_summary import RequestStats

DOWN_AFTER = 20
"""So many unanswered or 5xx requests in a row, and a host is not asked twice any more."""


def origin(url: str) -> str:
    """Scheme, host and port of a URL: `https://login.microsoftonline.com:443`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or 443}"


def _service(url: str) -> str:
    """Who answers this URL. ARM and Entra fail apart, even where both share one origin."""
    return origin(url) + "/providers" * urlsplit(url).path.startswith("/providers/")


class CircuitBreaker:
    """Which hosts are down? Shared by all links of a run, so that an outage costs a minute."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._down: set[str] = set()
        self._lock = Lock()
        self._requests = 0
        self._retries = 0
        self._throttled_s = 0.0

    @property
    def request_stats(self) -> RequestStats:
        """What was asked until now."""
        return RequestStats(self._requests, self._retries, self._throttled_s)

    def answered(self, url: str) -> None:
        """Note a real answer, whatever it said."""
        host = _service(url)
        with self._lock:
            self._requests += 1
            if self._failures.get(host):
                self._failures[host] = 0

    def waited(self, asked_s: float | None) -> None:
        """Note that something is tried again, after so many seconds if the service asked to."""
        with self._lock:
            self._retries += 1
            self._throttled_s += asked_s or 0.0

    def failed(self, url: str) -> None:
        """Note a 5xx or no answer at all."""
        host = _service(url)
        with self._lock:
            self._requests += 1
            self._failures[host] = self._failures.get(host, 0) + 1
            if self._failures[host] >= DOWN_AFTER:
                self._down.add(host)

    def is_down(self, url: str) -> bool:
        """Whether the host of this URL has been given up."""
        return bool(self._down) and _service(url) in self._down
