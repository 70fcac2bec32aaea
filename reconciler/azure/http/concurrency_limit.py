"""The concurrency limit: fewer concurrent requests when Azure throttles, then more again.

A 429 or a timeout halves the limit. Each round of answers raises it by one, as TCP does. Jobs wait
here before they send, never while they wait for a retry.
"""

from threading import Condition


class ConcurrencyLimit:
    """The limit of one process; safe to share between threads.

    most  initial and maximum number of concurrent requests
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._limit = float(most)
        self._under_way = 0
        self._halvings = 0
        self._turn = Condition()

    @property
    def limit(self) -> int:
        """The current limit; at least one."""
        return int(self._limit)

    def begin(self) -> int:
        """Wait until a request may be sent. Returns the value to pass to `end`."""
        with self._turn:
            while self._under_way >= self.limit:
                self._turn.wait()
            self._under_way += 1
            return self._halvings

    def end(self, begun: int, *, is_strained: bool) -> None:
        """Finish a request. Throttling counts once for all requests that ran together."""
        with self._turn:
            self._under_way -= 1
            if not is_strained:
                self._limit = min(self._most, self._limit + 1 / self._limit)
            elif begun == self._halvings:
                self._halvings += 1
                self._limit = max(1.0, self._limit / 2)
            self._turn.notify(2)
