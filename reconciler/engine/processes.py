"""Processes of this machine that read chunks.

Each ends with its coordinator, also after kill -9: a thread of its own watches the parent.
"""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection, wait
from threading import Thread

from reconciler.core.ports import WorkerRecipe
from reconciler.engine import interpreter
from reconciler.engine.read_chunk import Chunk, ChunkResult, prepare, read_chunk, stop_run

_FROM_THE_TERMINAL = (signal.SIGINT, signal.SIGHUP)
"""Signals that reach the whole process group; the coordinator acts on them."""


class Processes:
    """So many processes, each with so many threads. They start with the first chunks."""

    def __init__(self, number: int, threads: int, recipe: WorkerRecipe) -> None:
        self.slots = number
        self.threads = threads
        # Not forked: a copy of a process with threads may be stuck in a lock for ever.
        context = get_context("spawn")
        # Closing it tells all processes at once, and cannot block as a shared lock could.
        self._told, self._telling = context.Pipe(duplex=False)
        self._others = set(active_children())
        self._given: set[Future[ChunkResult]] = set()
        self._pool = ProcessPoolExecutor(
            number, context, initializer=begin, initargs=(recipe, self._told)
        )

    def submit(self, chunk: Chunk, /) -> "Future[ChunkResult]":
        """Hand out a chunk; raises `BrokenProcessPool` once a process has died."""
        with _without_terminal_signals():
            future = self._pool.submit(read_chunk, chunk)
        self._given.add(future)
        future.add_done_callback(self._given.discard)
        return future

    def problem(self) -> str | None:
        """None: the pool itself notices a dead process."""
        return None

    def stop(self) -> None:
        """Let the processes end their waits."""
        self._telling.close()

    def close(self) -> None:
        """End all processes. Those that still read were given up, and are killed."""
        self.stop()
        if self._given:
            for process in set(active_children()) - self._others:
                process.kill()
        self._pool.shutdown(cancel_futures=True)
        self._told.close()


def begin(recipe: WorkerRecipe, told: Connection) -> None:
    """What a process does before its first chunk."""
    for number in _FROM_THE_TERMINAL:
        signal.signal(number, signal.SIG_IGN)
    Thread(target=_watch, args=(recipe.run_id, told), daemon=True).start()
    prepare(recipe)
    interpreter.tune()


def _watch(run_id: str, told: Connection) -> None:
    """End the run's waits when told; end this process, whatever it does, with its parent."""
    parent = parent_process()
    assert parent is not None  # noqa: S101 - this runs in a child
    if parent.sentinel not in wait([parent.sentinel, told]):
        stop_run(run_id)
        wait([parent.sentinel])
    os._exit(1)


@contextmanager
def _without_terminal_signals() -> Iterator[None]:
    """A process that starts inside never gets these signals, not even before it can ignore them."""
    # Begun now and not with the first process: it unblocks SIGINT where it is begun.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _FROM_THE_TERMINAL)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
