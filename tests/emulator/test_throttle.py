"""ARM's token buckets."""

from reconciler.emulator.state.clock import TICKS_PER_SECOND
from reconciler.emulator.state.links import Place
from reconciler.emulator.state.throttle import Throttle
from tests.emulator.caller import FABRIKAM, NORTHWIND

HERE, THERE = Place(FABRIKAM, "object"), Place(NORTHWIND, "object")


def drain(throttle: Throttle, method: str) -> int:
    count = 0
    while not throttle.wait_s(HERE, method):
        count += 1
    return count


def test_the_buckets_hold_as_many_as_in_azure() -> None:
    """250 reads, 200 writes of any method, 200 deletes."""
    throttle = Throttle(lambda: 0)
    assert drain(throttle, "GET") == 250
    assert drain(throttle, "PUT") == 200
    assert drain(throttle, "PATCH") == 0
    assert drain(throttle, "DELETE") == 200


def test_each_tenant_has_its_own_buckets() -> None:
    """An empty bucket in one tenant does not affect another."""
    throttle = Throttle(lambda: 0)
    drain(throttle, "GET")
    assert throttle.wait_s(THERE, "GET") == 0


def test_a_bucket_refills_with_time() -> None:
    """After two seconds fifty reads are available; a request too early restarts the wait."""
    now = [0]
    throttle = Throttle(lambda: now[0])
    drain(throttle, "GET")
    now[0] = TICKS_PER_SECOND // 50
    assert throttle.wait_s(HERE, "GET") == 1
    now[0] += TICKS_PER_SECOND // 50
    assert throttle.wait_s(HERE, "GET") == 1
    now[0] += 2 * TICKS_PER_SECOND
    assert drain(throttle, "GET") == 50


def test_other_methods_are_not_throttled() -> None:
    """Only reads, writes and deletes have buckets."""
    assert Throttle(lambda: 0).wait_s(HERE, "OPTIONS") == 0
