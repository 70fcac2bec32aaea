"""The number of requests under way at once follows Azure's answers."""

import threading
from concurrent.futures import ThreadPoolExecutor

from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.client import Https
from reconciler.azure.http.concurrency_limit import ConcurrencyLimit
from reconciler.emulator.server import Emulator
from tests.e2e.command import tenant_id


def test_strain_halves_and_answers_grow_back() -> None:
    """128, 64, 32; one more with each round of answers; at least one, at most the maximum."""
    pace = ConcurrencyLimit(128)
    for expected in (64, 32, 16):
        pace.end(pace.begin(), is_strained=True)
        assert pace.limit == expected
    for _ in range(17):
        pace.end(pace.begin(), is_strained=False)
    assert pace.limit == 17
    for _ in range(10):
        pace.end(pace.begin(), is_strained=True)
    assert pace.limit == 1
    for _ in range(9000):
        pace.end(pace.begin(), is_strained=False)
    assert pace.limit == 128


def test_one_storm_counts_once() -> None:
    """Eight requests under way together that are all throttled halve the limit once."""
    pace = ConcurrencyLimit(8)
    for begun in [pace.begin() for _ in range(8)]:
        pace.end(begun, is_strained=True)
    assert pace.limit == 4


def test_no_more_than_the_limit_is_under_way() -> None:
    """After a halving the others wait until enough have ended, and then all are sent."""
    pace = ConcurrencyLimit(8)
    pace.end(pace.begin(), is_strained=True)
    together, most = threading.Semaphore(4), []

    def send(number: int) -> None:
        begun = pace.begin()
        most.append(together.acquire(blocking=False))
        together.release()
        pace.end(begun, is_strained=True)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(200)))
    assert len(most) == 200
    assert all(most)
    assert pace.limit == 1


def test_throttling_slows_all_requests_down(emulator: Emulator) -> None:
    """A 429 halves the limit of all connections and limited views; answers raise it."""
    emulator.state.add_fault({"operation": "openid", "status": 429, "times": 1})
    https = Https(CircuitBreaker(), ca_bundle=str(emulator.ca_path), connections=2)
    url = f"{emulator.endpoint}/{tenant_id(1)}/v2.0/.well-known/openid-configuration"
    assert https.limited_to("GET").send("GET", url, headers={}).status == 429
    assert https._concurrency.limit == 1
    assert https.send("GET", url, headers={}).status == 200
    assert https._concurrency.limit == 2
    https.close()
