"""Reads by workers: chunks are submitted and their results collected.

Workers only read. The run reads the links of lost workers itself: see `engine/run.py`.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Protocol

from reconciler.core.history.run_summary import RequestStats
from reconciler.core.links import Observed, Place
from reconciler.core.ports import WorkerRecipe
from reconciler.engine.cancellation import Stop
from reconciler.engine.gates import Identities
from reconciler.engine.read_chunk import CHUNK_LINKS, Chunk, ChunkResult, reason

LOOK_S = 0.25
"""How often signal, deadline and workers are checked while no chunk ends."""

LOST_AFTER_S = 300.0
"""A chunk without a result for this long is lost. No link takes so long with its retries."""

STOP_GRACE_S = 75.0
"""How long a cancelled run waits for reads in progress. Each request ends within a minute."""


class ReadWorkers(Protocol):
    """Processes or a cluster that read chunks.

    slots    concurrent chunks
    threads  concurrent links in each chunk
    """

    slots: int
    threads: int

    def submit(self, chunk: Chunk, /) -> "Future[ChunkResult]":
        """Submit a chunk."""
        ...

    def problem(self) -> str | None:
        """Why the workers are lost; None while they work."""
        ...

    def stop(self) -> None:
        """Cancel the waits of the workers. Returns at once."""
        ...


class WorkerReads:
    """The reads of one run that its workers make.

    warn           called at most once, with the reason why the run reads links itself
    request_stats  requests of the workers
    """

    def __init__(
        self, workers: ReadWorkers, recipe: WorkerRecipe, warn: Callable[[str], None]
    ) -> None:
        self._workers = workers
        self._recipe = recipe
        self._warn = warn
        self._is_lost = False
        self._has_warned = False
        self.request_stats = RequestStats()

    def read(
        self, places: Sequence[Place], identities: Identities, stop: Stop
    ) -> Iterator[tuple[Place, Observed]]:
        """Yield each link that a worker read. The caller records it in `identities`."""
        most = min(CHUNK_LINKS, -(-len(places) // self._workers.slots))
        waiting = deque(chunked(places, most))
        running: dict[Future[ChunkResult], float] = {}
        done: SimpleQueue[Future[ChunkResult]] = SimpleQueue()
        stopped_at: float | None = None
        while running or (waiting and not self._is_lost and not stop.is_set):
            while waiting and self._may_submit(running, stop):
                chunk = self._chunk(waiting.popleft(), identities, stop)
                if future := self._submit(chunk, stop):
                    running[future] = time.monotonic()
                    future.add_done_callback(done.put)
            if stop.is_set and stopped_at is None:
                stopped_at = time.monotonic()
                self._workers.stop()
            try:
                future = done.get(timeout=LOOK_S)
            except Empty:
                if why := self._why_lost(running, stopped_at):
                    self._lose(why, stop)
                    return
                continue
            del running[future]
            yield from self._collect(future, stop)

    def _may_submit(self, running: dict[Future[ChunkResult], float], stop: Stop) -> bool:
        return len(running) < self._workers.slots and not self._is_lost and not stop.is_set

    def _chunk(self, places: tuple[Place, ...], identities: Identities, stop: Stop) -> Chunk:
        known = identities.about(places)
        threads = min(self._workers.threads, len(places))
        return Chunk(self._recipe, places, threads, stop.ends_at, known)

    def _submit(self, chunk: Chunk, stop: Stop) -> "Future[ChunkResult] | None":
        try:
            return self._workers.submit(chunk)
        except Exception as error:
            self._lose(reason(error), stop)
            return None

    def _collect(
        self, future: "Future[ChunkResult]", stop: Stop
    ) -> tuple[tuple[Place, Observed], ...]:
        try:
            result = future.result()
        except BaseException as error:  # CancelledError is not an Exception
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            self._lose(f"a chunk failed: {type(error).__name__}", stop)
            return ()
        self.request_stats += result.request_stats
        if result.failure:
            self._lose(result.failure, stop)
        elif result.unusable:
            self._warn_once(f"a worker cannot sign in: {result.unusable}", stop)
        return result.seen

    def _why_lost(
        self, running: dict[Future[ChunkResult], float], stopped_at: float | None
    ) -> str | None:
        now = time.monotonic()
        if stopped_at is not None and now - stopped_at > STOP_GRACE_S:
            return "a worker did not end its reads"
        if running and now - min(running.values()) > LOST_AFTER_S:
            return f"a worker has not answered for {LOST_AFTER_S:.0f} s"
        return self._workers.problem()

    def _lose(self, why: str, stop: Stop) -> None:
        """Submit nothing more."""
        self._is_lost = True
        self._warn_once(why, stop)

    def _warn_once(self, why: str, stop: Stop) -> None:
        """Warn once, unless the run was cancelled."""
        if not self._has_warned and not stop.is_set:
            self._has_warned = True
            self._warn(why)


def chunked(places: Sequence[Place], most: int) -> Iterator[tuple[Place, ...]]:
    """Split links into chunks of at most `most` links, with all links of a tenant in one chunk.

    So no tenant gets two requests at once. Links of a tenant beyond one chunk are left out.
    """
    tenants: dict[str, list[Place]] = {}
    for place in places:
        tenants.setdefault(place.directory, []).append(place)
    chunk: list[Place] = []
    for links in tenants.values():
        links = links[:CHUNK_LINKS]
        if chunk and len(chunk) + len(links) > most:
            yield tuple(chunk)
            chunk = []
        chunk += links
    if chunk:
        yield tuple(chunk)
