"""The scheduler works on one link of a tenant at a time and starves no link."""

import threading
from collections import Counter
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from reconciler.core.links import Observed, ObservedState, Place, Problem
from reconciler.core.results import Outcome
from reconciler.engine.gates import Identities, ReadGates
from reconciler.engine.scheduler import Verdict, Wait, run_all
from tests.engine.runs import OLD, OURS, Desk, codes, outcomes, wish


class Counting:
    """Gates that hold back only the jobs that wait for the first one, and count their calls."""

    def __init__(self, waiting: frozenset[int] = frozenset()) -> None:
        self.asked: Counter[int] = Counter()
        self._waiting = waiting
        self._first: list[int] | None = None
        self._ended = False

    def admit(self, item: list[int]) -> Verdict | Any:
        self.asked[item[0]] += 1
        self._first = self._first or item
        if item[0] in self._waiting and not self._ended:
            return Wait(self._first)  # type: ignore[arg-type]  # any item that runs will do
        return Verdict.GO

    def refuse(self, item: list[int], problem: Problem) -> Any: ...

    def lose(self, item: list[int], problem: Problem) -> str:
        return problem.code

    def end(self, item: list[int], result: Any) -> Any:
        self._ended = self._ended or item is self._first
        return result


class Dying(Executor):
    """A pool whose workers die."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(OSError("the worker is gone"))
        return future


def test_the_calls_for_each_job_do_not_grow_with_the_number_of_jobs() -> None:
    """A run with many times as many links calls the gates no more often for each link."""
    for count in (100, 10_000):
        gates = Counting(waiting=frozenset(range(1, count)))
        items = [[number] for number in range(count)]
        with ThreadPoolExecutor(4) as pool:
            done = list(run_all(pool, len, items, gates, 4))
        assert len(done) == count
        assert set(gates.asked.values()) == {1, 2}
        assert gates.asked.total() <= 2 * count


def test_a_tenant_never_has_two_requests_at_once() -> None:
    """Four identities of one tenant take turns, while other tenants continue in parallel."""
    places = [Place(f"C{n}", f"c{n % 3}", f"app{n}") for n in range(12)]
    busy: Counter[str] = Counter()
    others = threading.Barrier(2, timeout=120)

    def look(place: Place) -> Observed:
        busy[place.directory] += 1
        assert busy[place.directory] == 1
        if place.tenant in ("C0", "C1"):
            others.wait()
        busy[place.directory] -= 1
        return Observed(ObservedState.NOT_LINKED)

    gates = ReadGates(lambda: None, Identities())
    with ThreadPoolExecutor(12) as pool:
        done = dict(run_all(pool, look, places, gates, 12))
    assert set(done) == set(places)
    assert {seen.problem for seen in done.values()} == {None}


def test_links_of_a_lost_worker_are_unknown_or_unverified() -> None:
    """A read is unknown. A write may have been made, and its journal entry is unverified."""
    desk = Desk()
    desk.link(1, OLD)
    plan = desk.plan([wish(1, OURS)])
    desk.crew = type(desk.crew)(Dying(), 4, desk.stop, desk.crew.identities)
    unread = desk.plan([wish(1, OURS)])
    assert unread.changes[0].problem
    assert unread.changes[0].problem.code == "worker_lost"
    report = desk.apply(plan)
    assert (outcomes(report), codes(report)) == ([Outcome.UNVERIFIED.value], ["worker_lost"])
    assert desk.journal.events == [("intent", "C1"), ("outcome", "C1")]
