"""How are many jobs spread over workers? A few at a time, each asked for at the gates.

It knows neither Azure nor links: the same jobs run on threads here and may run elsewhere later.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from typing import Protocol, TypeVar

from reconciler.core.links import Problem
from reconciler.engine.gates import Verdict

ItemT = TypeVar("ItemT")
GatedT = TypeVar("GatedT", contravariant=True)
ResultT = TypeVar("ResultT")


class Gates(Protocol[GatedT, ResultT]):
    """Who decides whether a job may begin, and is told how it ended."""

    def admit(self, item: GatedT, /) -> Verdict | Problem: ...
    def refuse(self, item: GatedT, problem: Problem, /) -> ResultT: ...
    def end(self, item: GatedT, result: ResultT, /) -> ResultT: ...


def spread(
    pool: Executor,
    job: Callable[[ItemT], ResultT],
    items: Iterable[ItemT],
    gates: Gates[ItemT, ResultT],
    concurrency: int,
) -> Iterator[tuple[ItemT, ResultT]]:
    """Run the job for every item, at most `concurrency` at a time, in order as far as gates allow.

    Yields each item with its result as it comes. All that began is finished and yielded, whatever
    the gates say meanwhile: an item is never lost.
    """
    waiting = deque(items)
    parked: deque[ItemT] = deque()
    running: dict[Future[ResultT], ItemT] = {}
    done: SimpleQueue[Future[ResultT]] = SimpleQueue()
    while waiting or parked or running:
        while waiting and len(running) < concurrency:
            item = waiting.popleft()
            verdict = gates.admit(item)
            if verdict is Verdict.WAIT:
                parked.append(item)
            elif isinstance(verdict, Problem):
                yield item, gates.refuse(item, verdict)
            else:
                future = pool.submit(job, item)
                running[future] = item
                future.add_done_callback(done.put)
        if running:
            future = done.get()
            item = running.pop(future)
            yield item, gates.end(item, future.result())
        # What waited for that result may go now, and goes before what comes after it in the file.
        waiting.extendleft(reversed(parked))
        parked.clear()
