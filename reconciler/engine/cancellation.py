"""Cancellation of a run by a signal or its deadline.

Setting it ends every wait at once. Jobs in progress finish; no new job starts.
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
    """The cancellation of one run.

    deadline_s  seconds from now until the deadline; None: no deadline
    ends_at     the deadline as `time.time()`, for other processes
    signal      the signal that cancelled the run, SIGINT or SIGTERM, or None. SIGHUP counts as
                SIGTERM
    """

    def __init__(self, deadline_s: float | None = None) -> None:
        self.event = Event()
        self.signal: int | None = None
        self._past_deadline = False
        self._ends_at = None if deadline_s is None else time.monotonic() + deadline_s
        self.ends_at = None if deadline_s is None else time.time() + deadline_s

    @property
    def problem(self) -> Problem | None:
        """Why the remaining links are skipped; None while the run continues."""
        if not self.event.is_set():
            return None
        return DEADLINE if self._past_deadline else INTERRUPTED

    @property
    def is_set(self) -> bool:
        """Whether the run is cancelled."""
        return self.event.is_set()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Handle SIGINT, SIGTERM, SIGHUP and the deadline inside the block.

        Outside the block, for example at a prompt, a signal ends the program as usual. An ignored
        SIGHUP (nohup) stays ignored.
        """
        with self.listening(), self.timed():
            yield

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Handle signals inside the block, and not the deadline."""
        before = {number: signal.getsignal(number) for number in _SIGNALS}
        if before[signal.SIGHUP] is signal.SIG_IGN:
            del before[signal.SIGHUP]
        for number in before:
            signal.signal(number, self._signalled)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Handle the deadline inside the block, and no signals."""
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

    def _signalled(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        number = signal.SIGTERM if number == signal.SIGHUP else number
        if self.signal is not None:
            # A second signal ends the process at once, without cleanup, like kill -9.
            os._exit(128 + number)
        self.signal = number
        self.event.set()

    def _deadline_reached(self) -> None:
        if not self.event.is_set():
            self._past_deadline = True
            self.event.set()
