"""The scheduler: runs jobs on a pool, a limited number at a time, each after its gates.

It knows neither Azure nor links.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from enum import Enum
from queue import SimpleQueue
from typing import Protocol, TypeVar

from reconciler.core.links import Change, Place, Problem
from reconciler.core.problems import worker_lost

ItemT = TypeVar("ItemT")
GatedT = TypeVar("GatedT", contravariant=True)
ResultT = TypeVar("ResultT")


class Verdict(Enum):
    """The answer of a gate that lets a job start."""

    GO = "go"


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask again after `until` has ended. `until` is compared by identity, not by value."""

    until: Place | Change


class Gates(Protocol[GatedT, ResultT]):
    """Decides whether a job may start, and receives its result."""

    def admit(self, item: GatedT, /) -> Verdict | Wait | Problem: ...
    def refuse(self, item: GatedT, problem: Problem, /) -> ResultT: ...
    def lose(self, item: GatedT, problem: Problem, /) -> ResultT: ...
    def end(self, item: GatedT, result: ResultT, /) -> ResultT: ...


def run_all(
    pool: Executor,
    job: Callable[[ItemT], ResultT],
    items: Iterable[ItemT],
    gates: Gates[ItemT, ResultT],
    concurrency: int,
) -> Iterator[tuple[ItemT, ResultT]]:
    """Run the job for every item, at most `concurrency` at a time, in order as far as gates allow.

    Yields each item with its result. Every started job is finished and yielded, even if the gates
    close meanwhile or its worker is lost.
    """
    waiting = deque(items)
    running: dict[Future[ResultT], ItemT] = {}
    # Each waiting item waits for one other item, so the gates are asked again only once.
    followers: dict[int, list[ItemT]] = {}
    done: SimpleQueue[Future[ResultT]] = SimpleQueue()
    while waiting or running:
        while waiting and len(running) < concurrency:
            item = waiting.popleft()
            verdict = gates.admit(item)
            if isinstance(verdict, Wait):
                followers[id(verdict.until)].append(item)
            elif isinstance(verdict, Problem):
                yield item, gates.refuse(item, verdict)
            else:
                future = pool.submit(job, item)
                running[future] = item
                followers[id(item)] = []
                future.add_done_callback(done.put)
        if running:
            future = done.get()
            item = running.pop(future)
            yield item, gates.end(item, _result(future, item, gates))
            # Items that waited come before later items of the file.
            waiting.extendleft(reversed(followers.pop(id(item))))


def _result(future: Future[ResultT], item: ItemT, gates: Gates[ItemT, ResultT]) -> ResultT:
    """The result of a job. A job raises nothing, so an error means that its worker was lost."""
    try:
        return future.result()
    except Exception as error:
        return gates.lose(item, worker_lost(error))
