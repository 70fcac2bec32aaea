"""Limits of a request: one time limit until the last byte of the answer, and one size limit.

A socket timeout starts again with each byte, so a server that sends one byte a second could keep a
request open for days. Here each wait on the socket is at most the time that the request has left.
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
"""Time that a read request still gets after the run is stopped."""

_LOOK_EVERY_S = 0.25
"""How often a request checks whether the run is stopped."""

current = local()
"""`limits`: those of the request that this thread sends."""


class RequestLimits:
    """The limits of one request.

    seconds     maximum duration of the request
    stop        once set, the request ends after `GRACE_S`; None: the stop is ignored
    most_bytes  maximum size of the answer's body after decompression
    clock       monotonic seconds
    """

    def __init__(
        self,
        seconds: float,
        stop: Event | None,
        most_bytes: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most_bytes = most_bytes
        self._ends_at = clock() + seconds
        self._stop = stop
        self._clock = clock
        self.is_cut_short = False

    def wait_s(self) -> float:
        """Seconds to wait for the next bytes; raises `TimeoutError` if no time is left."""
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
        """Apply the limits to the connections that this thread uses in the block."""
        current.limits = self
        try:
            yield
        finally:
            current.limits = None


class _Limited(socket.socket):
    """A socket that obeys the time limit of its thread's current request."""

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        return self._in_time(super().recv, buflen, flags)

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        return self._in_time(super().recv_into, buffer, nbytes or 0, flags)

    def send(self, data: Any, flags: int = 0) -> int:
        return self._in_time(super().send, data, flags)

    def _in_time(self, attempt: Callable[..., T], *arguments: Any) -> T:
        limits: RequestLimits | None = getattr(current, "limits", None)
        if limits is None:
            return attempt(*arguments)
        while True:
            wait_s = limits.wait_s()
            if self.gettimeout() != wait_s:  # setting it costs a system call
                self.settimeout(wait_s)
            try:
                return attempt(*arguments)
            except TimeoutError:
                continue  # wait_s() raises when no time is left


class LimitedSocket(_Limited, SSLSocket):
    """A TLS socket, created by an `SSLContext` whose `sslsocket_class` this is.

    The handshake is not limited here: its timeout already covers the whole handshake.
    """


class LimitedPlainSocket(_Limited):
    """The socket below TLS, on which a proxy answers CONNECT."""

    @classmethod
    def of(cls, plain: socket.socket) -> "LimitedPlainSocket":
        """Take over a connection. The given socket must not be used afterwards."""
        timeout = plain.gettimeout()
        limited = cls(plain.family, plain.type, plain.proto, fileno=plain.detach())
        limited.settimeout(timeout)
        return limited
