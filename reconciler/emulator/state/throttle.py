"""ARM's token buckets in the public cloud, one of each kind per tenant and principal.

Reads: 250, refilled by 25 a second. Writes and deletes: 200, refilled by 10. Off by default.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from reconciler.emulator.state.clock import TICKS_PER_SECOND
from reconciler.emulator.state.links import Place


@dataclass(frozen=True)
class Bucket:
    """The size of a bucket, and its refill per second."""

    size: int
    per_second: int


BUCKETS = {"GET": Bucket(250, 25), "PUT": Bucket(200, 10), "DELETE": Bucket(200, 10)}
KINDS = {"PATCH": "PUT"}


class Throttle:
    """The buckets of all principals."""

    def __init__(self, now: Callable[[], int]) -> None:
        """`now` gives the time in ticks of 100 ns since 1970."""
        self._now = now
        self._levels: dict[tuple[Place, str], tuple[float, int]] = {}

    def wait_s(self, place: Place, method: str) -> int:
        """Take one request from its bucket; return 0, or the seconds to wait if it is empty."""
        kind = KINDS.get(method, method)
        bucket = BUCKETS.get(kind)
        if bucket is None:
            return 0
        now = self._now()
        level, since = self._levels.get((place, kind), (float(bucket.size), now))
        refilled = max(0, now - since) / TICKS_PER_SECOND * bucket.per_second
        level = min(float(bucket.size), level + refilled) - 1
        if level < 0:
            # Asking again too early empties the bucket once more: the wait starts again.
            self._levels[place, kind] = (0.0, now)
            return ceil(1 / bucket.per_second)
        self._levels[place, kind] = (level, now)
        return 0
