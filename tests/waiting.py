"""Waits for an event, for as long as a busy machine needs."""

import time
from collections.abc import Callable

LONGEST_S = 120


def wait_until(has_come: Callable[[], object], what: str = "it") -> None:
    """Return as soon as the condition is true; fail the test on a timeout."""
    ends_at = time.monotonic() + LONGEST_S
    while not has_come():
        assert time.monotonic() < ends_at, f"{what} did not come within {LONGEST_S} s"
        time.sleep(0.02)
