"""Has the run been told to end? By a signal, or by its own deadline.

Setting it ends every wait at once. What is under way is finished; nothing new begins.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Timer
from types import FrameType

from reconciler.core.links import Problem
from reconciler.core.problems import DEADLINE, INTERRUPTED


class Stop:
    """One switch for the whole run. `signal` is the number that threw it, or None."""

    def __init__(self) -> None:
        self.event = Event()
        self.signal: int | None = None
        self._past_deadline = False

    @property
    def problem(self) -> Problem | None:
        """Why links are left untried; None while the run goes on."""
        if not self.event.is_set():
            return None
        return DEADLINE if self._past_deadline else INTERRUPTED

    @property
    def is_set(self) -> bool:
        """Whether nothing new may begin."""
        return self.event.is_set()

    @contextmanager
    def watching(self, deadline_s: float | None = None) -> Iterator[None]:
        """Listen to SIGINT and SIGTERM, and to the clock, inside the block."""
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        timer = Timer(deadline_s, self._deadline_reached) if deadline_s is not None else None
        for number in before:
            signal.signal(number, self._signalled)
        if timer:
            timer.daemon = True
            timer.start()
        try:
            yield
        finally:
            if timer:
                timer.cancel()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        if self.signal is not None:
            # Asked twice: the person means now. Nothing is cleaned up, as with kill -9.
            os._exit(128 + number)
        self.signal = number
        self.event.set()

    def _deadline_reached(self) -> None:
        if not self.event.is_set():
            self._past_deadline = True
            self.event.set()
