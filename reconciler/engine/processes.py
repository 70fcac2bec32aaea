"""Processes of this machine that read chunks.

Each process ends with its coordinator, even after kill -9: a thread watches the parent.
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
"""The signals that cancel a run. Its processes finish their reads and start no others."""


class Processes:
    """A number of processes, each with a number of threads. They start with the first chunks."""

    def __init__(self, number: int, threads: int, recipe: WorkerRecipe) -> None:
        self.slots = number
        self.threads = threads
        # Not forked: a forked copy of a process with threads may wait for a lock forever.
        context = get_context("spawn")
        # Closing the pipe stops all processes at once. A shared lock could block.
        self._stop_receiver, self._stop_sender = context.Pipe(duplex=False)
        self._others = set(active_children())
        self._processes: set[BaseProcess] = set()
        self._is_broken = False
        self._lock = Lock()
        self._given: set[Future[ChunkResult]] = set()
        with _without(signal.SIGHUP):  # it would end multiprocessing's helper process
            resource_tracker.ensure_running()
        self._pool = ProcessPoolExecutor(
            number, context, initializer=begin, initargs=(recipe, self._stop_receiver)
        )

    def submit(self, chunk: Chunk, /) -> "Future[ChunkResult]":
        """Submit a chunk; raises `BrokenProcessPool` after a process has died."""
        with _without(*SIGNALS):  # also before the process ignores them itself
            future = self._pool.submit(read_chunk, chunk)
        self._processes |= set(active_children()) - self._others
        self._given.add(future)
        future.add_done_callback(self._ended)
        return future

    def problem(self) -> str | None:
        """Whether a process has died. The pool does not notice one that died while starting."""
        if all(process.is_alive() for process in self._processes):
            return None
        self._give_up()
        return "a process ended before its chunk"

    def stop(self) -> None:
        """Cancel the waits of all processes."""
        with self._lock:
            self._stop_sender.close()

    def close(self) -> None:
        """End all processes. Processes that still read are killed."""
        self.stop()
        if self._given or self._is_broken:
            for process in self._processes:
                process.kill()
        self._pool.shutdown(cancel_futures=True)
        self._stop_receiver.close()

    def _ended(self, future: "Future[ChunkResult]") -> None:
        self._given.discard(future)
        if not future.cancelled() and future.exception():
            self._give_up()

    def _give_up(self) -> None:
        """Stop the other processes: their results are no longer used."""
        self._is_broken = True
        self.stop()


def begin(recipe: WorkerRecipe, stop_receiver: Connection) -> None:
    """The initializer of a process."""
    # Ctrl-C, a closed terminal and service managers signal the whole group; the run handles it.
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    Thread(target=_watch, args=(recipe.run_id, stop_receiver), daemon=True).start()
    prepare(recipe)
    interpreter.tune()


def _watch(run_id: str, stop_receiver: Connection) -> None:
    """Cancel the run's waits on request, and end this process when its parent ends."""
    parent = parent_process()
    assert parent is not None  # noqa: S101 - this runs in a child
    if parent.sentinel not in wait([parent.sentinel, stop_receiver]):
        stop_run(run_id)
        wait([parent.sentinel])
    os._exit(1)


@contextmanager
def _without(*numbers: signal.Signals) -> Iterator[None]:
    """Block these signals for a process that starts inside the block."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
