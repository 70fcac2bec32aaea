"""The clock of the emulated Azure, which can be frozen, set and advanced.

Time is counted in ticks of 100 ns since 1970, because Azure prints seven fractional digits and a
`datetime` has six.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

TICKS_PER_SECOND = 10_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,7}))?Z", re.ASCII
)


class Clock:
    """The emulator's clock: the machine's time until it is changed."""

    def __init__(self, source_ns: Callable[[], int] = time.time_ns) -> None:
        """`source_ns` gives nanoseconds since 1970."""
        self._source_ns = source_ns
        self._offset = 0
        self._frozen_at: int | None = None

    @property
    def is_frozen(self) -> bool:
        """Whether the clock is frozen."""
        return self._frozen_at is not None

    def now(self) -> int:
        """Return the time in ticks of 100 ns since 1970."""
        if self._frozen_at is not None:
            return self._frozen_at
        return self._source_ns() // 100 + self._offset

    def reset(self) -> None:
        """Go back to the machine's time."""
        self._offset = 0
        self._frozen_at = None

    def set(self, ticks: int) -> None:
        """Jump to `ticks`; a frozen clock stays frozen, a running one runs on from there."""
        if self._frozen_at is not None:
            self._frozen_at = ticks
        else:
            self._offset = ticks - self._source_ns() // 100

    def advance(self, seconds: float) -> None:
        """Move by `seconds`, which may be negative."""
        self.set(self.now() + round(seconds * TICKS_PER_SECOND))

    def freeze(self) -> None:
        """Freeze the clock."""
        self._frozen_at = self.now()

    def run(self) -> None:
        """Let the clock continue from its current time."""
        if self._frozen_at is not None:
            self._offset = self._frozen_at - self._source_ns() // 100
            self._frozen_at = None


def format_time(ticks: int) -> str:
    """Return the time as ARM prints it: up to seven fractional digits, trailing zeros dropped."""
    seconds, fraction = divmod(ticks, TICKS_PER_SECOND)
    digits = f".{fraction:07}".rstrip("0") if fraction else ""
    return f"{_datetime(seconds):%Y-%m-%dT%H:%M:%S}{digits}Z"


def format_entra_time(ticks: int) -> str:
    """Return the time as Entra prints it in an error: `2026-03-20 00:36:59Z`."""
    return f"{_datetime(ticks // TICKS_PER_SECOND):%Y-%m-%d %H:%M:%SZ}"


def parse_time(text: str) -> int:
    """Read a time as `format_time` prints it.

    Raises ValueError when the text has another shape or names no real moment.
    """
    match = TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a time like 2026-03-20T00:36:59.101Z")
    moment = datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    seconds = (moment - EPOCH) // timedelta(seconds=1)
    return seconds * TICKS_PER_SECOND + int((match[2] or "0").ljust(7, "0"))


def _datetime(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)
