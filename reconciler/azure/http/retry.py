"""When is something tried again, and when is it given up?

The libraries' own retries are all off: they sleep deaf to signals and deadlines, and they may
repeat a write without looking first. Here a wait ends at once when the run is stopped.

A library's decorator would not do: the tries of one link span several requests, and between two
tries of a write there must be a read.
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
    """A request came to nothing. It never leaves this package: outside it is a `Problem`.

    is_transient   whether the same request could succeed a little later
    host           a URL of the host that was asked, where it matters for a retry
    retry_after_s  seconds that it asked to wait first
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
    """How often and how long one link is tried again: 5 times or 120 s, whichever ends first.

    clock  seconds that only go forward; a wait beyond the end is not begun
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
        """Whether the run was told to end."""
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
        """Wait, unless the run is told to end. It is no try and counts as none."""
        if seconds > 0:
            self._stop.wait(seconds)

    def wait(self, host: str, retry_after_s: float | None = None) -> bool:
        """Wait before this host is asked again; False, at once, when it is not to be."""
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
        """Wait; False, at once, when the run was told to end."""
        return not self._stop.wait(seconds)

    def _backoff_s(self) -> float:
        doubled = FIRST_WAIT_S * 2.0**self._tries
        return min(doubled, LONGEST_WAIT_S) * random.uniform(0.75, 1.25)  # noqa: S311 - jitter
