"""One token request serves all threads, and later ones until the token expires."""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.signin.shared_tokens import (
    MARGIN_S,
    OPAQUE_S,
    PlatformToken,
    SharedTokens,
    SingleFlight,
    fresh_token,
)
from reconciler.core.links import Problem


class Clock:
    """A clock that is set by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def wait_for(flight: SingleFlight[str], count: int) -> None:
    """Return when this many threads wait for the result of another one."""
    waiters = flight._under_way["key"]._condition._waiters  # type: ignore[attr-defined]
    while len(waiters) < count:
        time.sleep(0.001)


def jwt(**claims: int) -> str:
    return f"x.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.x"


def test_threads_that_ask_together_share_one_request() -> None:
    """The first thread sends it, the others wait for its result."""
    flight: SingleFlight[str] = SingleFlight()
    begun, may_end, calls = Event(), Event(), []

    def work() -> str:
        calls.append(1)
        begun.set()
        may_end.wait(30)
        return "token"

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(flight.join, "key", work)
        begun.wait(30)
        others = [pool.submit(flight.join, "key", work) for _ in range(7)]
        wait_for(flight, 7)
        other_key = flight.join("other", lambda: "of another key")
        may_end.set()
        results = {one.result(30) for one in (first, *others)}
    assert (results, other_key) == ({"token"}, "of another key")
    assert len(calls) == 1


def test_a_failure_reaches_waiting_threads_only() -> None:
    """It is final for waiting threads, since retries are used up; a later one sends a request."""
    flight: SingleFlight[str] = SingleFlight()
    begun, may_end = Event(), Event()
    problem = Problem("throttled", "m", "h")

    def fail() -> str:
        begun.set()
        may_end.wait(30)
        raise RequestFailed(problem, is_transient=True)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(flight.join, "key", fail)
        begun.wait(30)
        second = pool.submit(flight.join, "key", lambda: "never run")
        wait_for(flight, 1)
        may_end.set()
        with pytest.raises(RequestFailed) as of_first:
            first.result(30)
        with pytest.raises(RequestFailed) as of_second:
            second.result(30)
    assert of_first.value.is_transient
    assert (of_second.value.problem, of_second.value.is_transient) == (problem, False)
    assert flight.join("key", lambda: "again") == "again"


def test_a_token_is_kept_until_shortly_before_it_ends() -> None:
    """In its last minute a new one is requested."""
    clock, issued = Clock(), iter(["first", "second"])
    tokens = SharedTokens(clock)

    def request() -> PlatformToken:
        return PlatformToken(next(issued), 300.0)

    assert [tokens.get("key", request) for _ in range(3)] == ["first"] * 3
    clock.now += 300.0 - MARGIN_S - 1
    assert tokens.get("key", request) == "first"
    clock.now += 1
    assert tokens.get("key", request) == "second"


def test_a_refused_token_is_forgotten() -> None:
    """Azure Resource Manager may refuse a token that has not ended."""
    issued = iter(["first", "second"])
    tokens = SharedTokens(Clock())
    token = tokens.get("key", lambda: PlatformToken(next(issued), 300.0))
    tokens.forget("of another identity")
    assert tokens.get("key", lambda: PlatformToken(next(issued), 300.0)) == token
    tokens.forget(token)
    assert tokens.get("key", lambda: PlatformToken(next(issued), 300.0)) == "second"


@pytest.mark.parametrize(
    ("text", "lifetime_s"),
    [
        (jwt(iat=1000, exp=1600), 600.0),
        (jwt(exp=1600), OPAQUE_S + MARGIN_S),
        ("no-jwt", OPAQUE_S + MARGIN_S),
        ("a.%%%.c", OPAQUE_S + MARGIN_S),
    ],
)
def test_a_lifetime_does_not_depend_on_this_machines_clock(text: str, lifetime_s: float) -> None:
    """It is the span between the token's own two times."""
    assert fresh_token(text) == PlatformToken(text, lifetime_s)
