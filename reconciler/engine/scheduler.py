"""How are many jobs spread over workers? A few at a time, each asked for at the gates.

It knows neither Azure nor links: the same jobs run on threads here and may run elsewhere later.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from typing import Protocol, TypeVar

from reconciler.core.links import Problem
from reconciler.core.problems import worker_lost
from reconciler.engine.gates import Verdict, Wait

ItemT = TypeVar("ItemT")
GatedT = TypeVar("GatedT", contravariant=True)
ResultT = TypeVar("ResultT")


class Gates(Protocol[GatedT, ResultT]):
    """Who decides whether a job may begin, and is told how it ended."""

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

    Yields each item with its result as it comes. All that began is finished and yielded, whatever
    the gates say meanwhile: an item is never lost, also when its worker is.
    """
    waiting = deque(items)
    running: dict[Future[ResultT], ItemT] = {}
    # Whoever waits does so for one item, so that each is asked for anew once and not at each end.
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
            # What waited for that goes before what comes after it in the file.
            waiting.extendleft(reversed(followers.pop(id(item))))


def _result(future: Future[ResultT], item: ItemT, gates: Gates[ItemT, ResultT]) -> ResultT:
    """A job raises nothing, so an error is its worker's: nobody knows how far the job got."""
    try:
        return future.result()
    except Exception as error:
        return gates.lose(item, worker_lost(error))
