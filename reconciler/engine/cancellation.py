"""Has the run been told to end? By a signal, or by its own deadline.

Setting it ends every wait at once. What is under way is finished; nothing new begins.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Timer
from types import FrameType

from reconciler.core.links import Problem
from reconciler.core.problems import DEADLINE, INTERRUPTED

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop:
    """One switch for the whole run.

    deadline_s  seconds from now until it throws itself; None means never
    ends_at     the same on the wall clock, as `time.time()`, for other processes
    signal      SIGINT or SIGTERM, whichever threw it, or None. SIGHUP counts as SIGTERM
    """

    def __init__(self, deadline_s: float | None = None) -> None:
        self.event = Event()
        self.signal: int | None = None
        self._past_deadline = False
        self._ends_at = None if deadline_s is None else time.monotonic() + deadline_s
        self.ends_at = None if deadline_s is None else time.time() + deadline_s

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
    def watching(self) -> Iterator[None]:
        """Listen to SIGINT, SIGTERM and SIGHUP, and to the clock, inside the block.

        Outside of it, where a person is asked, a signal ends the program as always. A SIGHUP that
        is ignored, as by nohup, stays ignored.
        """
        before = {number: signal.getsignal(number) for number in _SIGNALS}
        if before[signal.SIGHUP] is signal.SIG_IGN:
            del before[signal.SIGHUP]
        for number in before:
            signal.signal(number, self._signalled)
        try:
            with self.timed():
                yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Obey the deadline inside the block, and leave signals as they are."""
        timer = self._start_timer()
        try:
            yield
        finally:
            if timer:
                timer.cancel()

    def _start_timer(self) -> Timer | None:
        if self._ends_at is None:
            return None
        left_s = self._ends_at - time.monotonic()
        if left_s <= 0:
            self._deadline_reached()
            return None
        timer = Timer(left_s, self._deadline_reached)
        timer.daemon = True
        timer.start()
        return timer

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        number = signal.SIGTERM if number == signal.SIGHUP else number
        if self.signal is not None:
            # Asked twice: the person means now. Nothing is cleaned up, as with kill -9.
            os._exit(128 + number)
        self.signal = number
        self.event.set()

    def _deadline_reached(self) -> None:
        if not self.event.is_set():
            self._past_deadline = True
            self.event.set()
