"""Tokens and secrets that are requested once for each run and shared by all threads.

A managed identity's token, or a secret of a key vault, is the same for every tenant. A machine's
metadata service allows a few requests a second and would throttle one request for each tenant.
"""

import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.token_claims import claims_in

T = TypeVar("T")

MARGIN_S = 60.0
"""A token is not used in its last minute, because a request takes time."""

OPAQUE_S = 60.0
"""How long a token without an expiry time is used."""


class SingleFlight(Generic[T]):
    """Runs work once for all threads that ask for it at the same time."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, Future[T]] = {}
        self._lock = Lock()

    def join(self, key: Hashable, work: Callable[[], T]) -> T:
        """The result of `work`, run by the first thread that asks; raises what it raises.

        The others wait for that thread. A `RequestFailed` that they get is final: the first thread
        has used up its tries. Nothing is kept after the work ends.
        """
        with self._lock:
            flight = self._under_way.get(key)
            is_first = flight is None
            flight = self._under_way.setdefault(key, Future())
        if not is_first:
            try:
                return flight.result()
            except RequestFailed as failure:
                raise RequestFailed(failure.problem) from None
        try:
            result = work()
        except BaseException as error:
            flight.set_exception(error)
            raise
        else:
            flight.set_result(result)
            return result
        finally:
            with self._lock:
                del self._under_way[key]


@dataclass(frozen=True, slots=True)
class PlatformToken:
    """A token, and how many seconds from now it is valid."""

    text: str
    lifetime_s: float


class SharedTokens:
    """Tokens that are kept until shortly before they expire; safe to share between threads.

    clock  monotonic seconds
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._flights: SingleFlight[str] = SingleFlight()
        self._kept: dict[Hashable, tuple[str, float]] = {}

    def get(self, key: Hashable, request: Callable[[], PlatformToken]) -> str:
        """The token kept under this key, or a new one; raises what `request` raises."""
        return self._valid(key) or self._flights.join(key, lambda: self._renewed(key, request))

    def forget(self, token: str) -> None:
        """Stop using this token, because it was refused."""
        for key, (text, _) in list(self._kept.items()):
            if text == token:
                self._kept.pop(key, None)

    def _renewed(self, key: Hashable, request: Callable[[], PlatformToken]) -> str:
        if valid := self._valid(key):  # another thread has just renewed it
            return valid
        asked_at = self._clock()
        token = request()
        self._kept[key] = (token.text, asked_at + token.lifetime_s - MARGIN_S)
        return token.text

    def _valid(self, key: Hashable) -> str | None:
        text, ends_at = self._kept.get(key, ("", 0.0))
        return text if text and self._clock() < ends_at else None


def fresh_token(text: str) -> PlatformToken:
    """A token that was just issued, with the lifetime from its claims."""
    claims = claims_in(text)
    with suppress(KeyError, TypeError, ValueError, OverflowError):
        return PlatformToken(text, float(claims["exp"]) - float(claims["iat"]))
    return PlatformToken(text, OPAQUE_S + MARGIN_S)
