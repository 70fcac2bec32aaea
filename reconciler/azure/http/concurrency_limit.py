"""How many requests may be under way at once? Fewer when Azure asks to slow down, then more again.

Halved by a 429 or a time-out, and grown back by one with each round of answers, as TCP does. Jobs
wait here for their turn to send, never while they wait to try again.
"""

from threading import Condition


class ConcurrencyLimit:
    """The pace of one process; safe to share between threads.

    most  requests under way at once when all is well, and so at the start
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._limit = float(most)
        self._under_way = 0
        self._halvings = 0
        self._turn = Condition()

    @property
    def limit(self) -> int:
        """How many requests may be under way now; at least one."""
        return int(self._limit)

    def begin(self) -> int:
        """Wait for a turn and take it; returns what `end` wants to know."""
        with self._turn:
            while self._under_way >= self.limit:
                self._turn.wait()
            self._under_way += 1
            return self._halvings

    def end(self, begun: int, *, is_strained: bool) -> None:
        """Give the turn back. Strain counts once for all requests that were under way together."""
        with self._turn:
            self._under_way -= 1
            if not is_strained:
                self._limit = min(self._most, self._limit + 1 / self._limit)
            elif begun == self._halvings:
                self._halvings += 1
                self._limit = max(1.0, self._limit / 2)
            self._turn.notify(2)
