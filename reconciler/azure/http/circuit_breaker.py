"""Circuit breaker: which hosts are down, and how many requests a run sent."""

from threading import Lock

from reconciler.azure.http.urls import service
from reconciler.core.history.run_summary import RequestStats

DOWN_AFTER = 20
"""After this many unanswered or 5xx requests in a row, requests to the host are not retried."""


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
        host = service(url)
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
        host = service(url)
        with self._lock:
            self._requests += 1
            self._failures[host] = self._failures.get(host, 0) + 1
            if self._failures[host] >= DOWN_AFTER:
                self._down.add(host)

    def is_down(self, url: str) -> bool:
        """Whether the host of this URL counts as down."""
        return bool(self._down) and service(url) in self._down
