"""Time limits of a request: one for all its parts, until the last byte of the answer.

The timeout of a socket starts again with each byte, so a server that sends one byte a second would
keep a request open for days. Here each wait on the socket is at most what is left of the request.
"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ssl import SSLSocket
from threading import Event, local
from typing import Any, TypeVar

T = TypeVar("T")

GRACE_S = 2.0
"""After the run was told to end, a request that changes nothing gets so much more."""

_LOOK_EVERY_S = 0.25
"""How soon a request notices that the run was told to end."""

_current = local()


class TimeLimit:
    """The end of one request.

    seconds  how long the request may take in all
    stop     once set, the request ends after `GRACE_S`; None: it may use all of its time
    clock    seconds that only go forward
    """

    def __init__(
        self, seconds: float, stop: Event | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ends_at = clock() + seconds
        self._stop = stop
        self._clock = clock
        self.is_cut_short = False

    def wait_s(self) -> float:
        """How long to wait for the next bytes; raises `TimeoutError` when no time is left."""
        now = self._clock()
        if self._stop and not self.is_cut_short and self._stop.is_set():
            self.is_cut_short = True
            self._ends_at = min(self._ends_at, now + GRACE_S)
        left_s = self._ends_at - now
        if left_s <= 0:
            raise TimeoutError("the request took too long")
        return min(left_s, _LOOK_EVERY_S) if self._stop else left_s

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Let the sockets that this thread uses inside the block obey the limit."""
        _current.limit = self
        try:
            yield
        finally:
            _current.limit = None


class _Limited(socket.socket):
    """A socket that obeys the limit of the request that its thread is sending."""

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        return self._in_time(lambda: super(_Limited, self).recv(buflen, flags))

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        return self._in_time(lambda: super(_Limited, self).recv_into(buffer, nbytes or 0, flags))

    def send(self, data: Any, flags: int = 0) -> int:
        return self._in_time(lambda: super(_Limited, self).send(data, flags))

    def _in_time(self, attempt: Callable[[], T]) -> T:
        limit: TimeLimit | None = getattr(_current, "limit", None)
        if limit is None:
            return attempt()
        while True:
            self.settimeout(limit.wait_s())
            try:
                return attempt()
            except TimeoutError:
                continue  # the limit says whether this was the last wait


class LimitedSocket(_Limited, SSLSocket):
    """TLS. An `SSLContext` makes it when this class is its `sslsocket_class`.

    The handshake needs no care: its timeout is one for the whole of it.
    """


class LimitedPlainSocket(_Limited):
    """What TLS runs over, and where a proxy answers before it does."""

    @classmethod
    def of(cls, plain: socket.socket) -> "LimitedPlainSocket":
        """The same connection; the socket that was given is of no use any more."""
        timeout = plain.gettimeout()
        limited = cls(plain.family, plain.type, plain.proto, fileno=plain.detach())
        limited.settimeout(timeout)
        return limited
