"""When a request is retried, and when it is given up."""

from collections.abc import Iterator
from threading import Event

import pytest

from reconciler.azure.http.circuit_breaker import DOWN_AFTER, CircuitBreaker
from reconciler.azure.http.retry import MAX_RETRIES, RequestFailed, RetryBudget
from reconciler.core.links import Problem

BUSY = Problem("unavailable", "no answer", "try again")


class Clock:
    """Time that passes only in waits, and the event that a wait listens to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []
        self.is_stopped = False

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        self.waits.append(seconds)
        return self.is_stopped


def budget(clock: Clock, hosts: CircuitBreaker | None = None) -> RetryBudget:
    return RetryBudget(hosts or CircuitBreaker(), clock, clock)  # type: ignore[arg-type]


def always_busy(calls: list[int], retry_after_s: float | None = None) -> None:
    calls.append(1)
    raise RequestFailed(BUSY, is_transient=True, host="https://arm", retry_after_s=retry_after_s)


def test_a_transient_error_is_retried_five_times() -> None:
    """A link is requested once, and then at most five more times."""
    calls: list[int] = []
    with pytest.raises(RequestFailed):
        budget(Clock()).call(lambda: always_busy(calls))
    assert len(calls) == 1 + MAX_RETRIES


def test_waits_grow_and_are_not_all_alike() -> None:
    """Each wait is about twice the one before, with some jitter."""
    clock = Clock()
    with pytest.raises(RequestFailed):
        budget(clock).call(lambda: always_busy([]))
    for n, wait in enumerate(clock.waits):
        assert 0.75 * 0.5 * 2**n <= wait <= 1.25 * 0.5 * 2**n


def test_retry_after_is_honoured() -> None:
    """No retry comes before Azure's Retry-After: an earlier one restarts the wait."""
    clock = Clock()
    with pytest.raises(RequestFailed):
        budget(clock).call(lambda: always_busy([], retry_after_s=20))
    assert all(wait >= 20 for wait in clock.waits)
    assert clock.now <= 120


def test_a_retry_after_beyond_the_budget_ends_at_once() -> None:
    """A wait that would end after the link's 120 seconds is not started."""
    clock = Clock()
    calls: list[int] = []
    with pytest.raises(RequestFailed):
        budget(clock).call(lambda: always_busy(calls, retry_after_s=121))
    assert (len(calls), clock.waits) == (1, [])


def test_other_errors_are_not_retried() -> None:
    """An error that does not pass by waiting is reported once."""
    calls: list[int] = []

    def refuse() -> None:
        calls.append(1)
        raise RequestFailed(Problem("app_not_in_tenant", "", ""))

    with pytest.raises(RequestFailed):
        budget(Clock()).call(refuse)
    assert calls == [1]


def test_success_ends_the_retries() -> None:
    """The value of the first successful attempt is returned."""
    answers: Iterator[RequestFailed | int] = iter([RequestFailed(BUSY, is_transient=True), 7])

    def ask() -> int:
        answer = next(answers)
        if isinstance(answer, RequestFailed):
            raise answer
        return answer

    assert budget(Clock()).call(ask) == 7


def test_a_stopped_run_waits_no_more() -> None:
    """A signal ends a wait at once, and nothing is retried after it."""
    stop = Event()
    stop.set()
    calls: list[int] = []
    with pytest.raises(RequestFailed):
        RetryBudget(CircuitBreaker(), stop).call(lambda: always_busy(calls))
    assert len(calls) == 1


def test_a_host_is_down_after_twenty_failures_in_a_row() -> None:
    """From the twentieth unanswered request on, requests to that host are not retried."""
    hosts = CircuitBreaker()
    for _ in range(DOWN_AFTER):
        assert not hosts.is_down("https://arm")
        hosts.failed("https://arm/some/path")
    calls: list[int] = []
    with pytest.raises(RequestFailed):
        budget(Clock(), hosts).call(lambda: always_busy(calls))
    assert len(calls) == 1
    assert not hosts.is_down("https://login")


def test_services_on_one_origin_fail_independently() -> None:
    """Failures of the access check leave links and sign-ins on the same origin as they are."""
    hosts = CircuitBreaker()
    for _ in range(DOWN_AFTER):
        hosts.failed("https://arm/subscriptions/x/providers/Microsoft.Authorization/permissions")
    assert hosts.is_down("https://arm/subscriptions")
    assert not hosts.is_down("https://arm/providers/Microsoft.ManagementPartner/partners")
    assert not hosts.is_down("https://arm/tenant/oauth2/v2.0/token")


def test_one_answer_in_between_starts_the_count_again() -> None:
    """A host that answers occasionally is not down."""
    hosts = CircuitBreaker()
    for _ in range(3):
        for _ in range(DOWN_AFTER - 1):
            hosts.failed("https://arm")
        hosts.answered("https://arm")
    assert not hosts.is_down("https://arm")


def test_a_failure_without_a_host_is_retried_while_a_host_is_down() -> None:
    """A failure may name no host; that of another service does not count for it."""
    hosts = CircuitBreaker()
    calls: list[int] = []
    for _ in range(DOWN_AFTER):
        hosts.failed("https://arm.example/providers/x/y")

    def fail() -> None:
        calls.append(1)
        raise RequestFailed(BUSY, is_transient=True)

    with pytest.raises(RequestFailed):
        budget(Clock(), hosts).call(fail)
    assert len(calls) == 1 + MAX_RETRIES
