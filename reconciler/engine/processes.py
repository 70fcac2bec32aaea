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
from multiprocessing.process import BaseProcess
from threading import Lock, Thread

from reconciler.core.ports import WorkerRecipe
from reconciler.engine import interpreter
from reconciler.engine.read_chunk import Chunk, ChunkResult, prepare, read_chunk, stop_run

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends a run. Its processes finish the reads under way and are told to begin no other."""


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
        self._processes: set[BaseProcess] = set()
        self._is_broken = False
        self._lock = Lock()
        self._given: set[Future[ChunkResult]] = set()
        with _without(signal.SIGHUP):  # which multiprocessing's own helper would die of
            resource_tracker.ensure_running()
        self._pool = ProcessPoolExecutor(
            number, context, initializer=begin, initargs=(recipe, self._told)
        )

    def submit(self, chunk: Chunk, /) -> "Future[ChunkResult]":
        """Hand out a chunk; raises `BrokenProcessPool` once a process has died."""
        with _without(*SIGNALS):  # not even before the process can ignore them
            future = self._pool.submit(read_chunk, chunk)
        self._processes |= set(active_children()) - self._others
        self._given.add(future)
        future.add_done_callback(self._ended)
        return future

    def problem(self) -> str | None:
        """Whether a process has died: the pool misses one that started while another read."""
        if all(process.is_alive() for process in self._processes):
            return None
        self._give_up()
        return "a process ended before its chunk"

    def stop(self) -> None:
        """Let the processes end their waits."""
        with self._lock:
            self._telling.close()

    def close(self) -> None:
        """End all processes. Those that still read were given up, and are killed."""
        self.stop()
        if self._given or self._is_broken:
            for process in self._processes:
                process.kill()
        self._pool.shutdown(cancel_futures=True)
        self._told.close()

    def _ended(self, future: "Future[ChunkResult]") -> None:
        self._given.discard(future)
        if not future.cancelled() and future.exception():
            self._give_up()

    def _give_up(self) -> None:
        """Let the others end: nothing they read is taken any more."""
        self._is_broken = True
        self.stop()


def begin(recipe: WorkerRecipe, told: Connection) -> None:
    """What a process does before its first chunk."""
    # Ctrl-C, a closed terminal and service managers reach the whole group. The run acts on it.
    for number in SIGNALS:
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
def _without(*numbers: signal.Signals) -> Iterator[None]:
    """A process that starts inside does not get these signals."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
