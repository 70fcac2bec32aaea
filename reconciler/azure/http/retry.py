"""Retries: when a request is repeated, after which wait, and when it fails for good.

The retries of all libraries are turned off: they ignore signals and deadlines, and they may repeat
a write without a read in between. Here a wait ends at once when the run is stopped.

A retry decorator of a library does not fit: the retries of one link span several requests, and a
write may be repeated only after a read.
"""

import random
import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.core.links import Problem

T = TypeVar("T")

MAX_RETRIES = 5
MAX_SECONDS = 120.0
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0


class RequestFailed(Exception):
    """A request failed. Only this package sees it: other packages get its `Problem`.

    is_transient   whether the same request may succeed later
    host           URL of the host, if it matters for a retry
    retry_after_s  seconds to wait that the host asked for
    """

    def __init__(
        self,
        problem: Problem,
        *,
        is_transient: bool = False,
        host: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.host = host
        self.is_transient = is_transient
        self.retry_after_s = retry_after_s


class RetryBudget:
    """The retry budget of one link: 5 retries or 120 s, whichever ends first.

    clock  monotonic seconds; a wait that would pass the end is not started
    """

    def __init__(
        self, hosts: CircuitBreaker, stop: Event, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._hosts = hosts
        self._stop = stop
        self._clock = clock
        self._tries = 0
        self._ends_at = clock() + MAX_SECONDS

    @property
    def is_stopped(self) -> bool:
        """Whether the run was stopped."""
        return self._stop.is_set()

    def call(self, attempt: Callable[[], T]) -> T:
        """Run `attempt` until it returns; raise its last `RequestFailed` at the end."""
        while True:
            try:
                return attempt()
            except RequestFailed as failure:
                if not failure.is_transient or not self.wait(failure.host, failure.retry_after_s):
                    raise

    def pause(self, seconds: float) -> None:
        """Wait until the time is over or the run is stopped. Does not count as a retry."""
        if seconds > 0:
            self._stop.wait(seconds)

    def wait(self, host: str, retry_after_s: float | None = None) -> bool:
        """Wait before a retry. Returns False at once if there must be no retry."""
        wait_s = max(self._backoff_s(), retry_after_s or 0.0)
        if (
            self._tries >= MAX_RETRIES
            or self._clock() + wait_s > self._ends_at
            or self._hosts.is_down(host)
        ):
            return False
        self._tries += 1
        self._hosts.waited(retry_after_s)
        return not self._stop.wait(wait_s)

    def sleep(self, seconds: float) -> bool:
        """Wait. Returns False at once if the run is stopped."""
        return not self._stop.wait(seconds)

    def _backoff_s(self) -> float:
        doubled = FIRST_WAIT_S * 2.0**self._tries
        return min(doubled, LONGEST_WAIT_S) * random.uniform(0.75, 1.25)  # noqa: S311 - jitter
