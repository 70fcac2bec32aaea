"""Workers of a Dask cluster that read chunks.

A lost worker's chunk is read by another one, by Dask itself. Calls are never answered from Dask's
memory of earlier ones (`pure=False`), because Azure may have changed.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Event, Thread
from typing import Any

from distributed import Client, get_worker

from reconciler.core.errors import RunFailed
from reconciler.engine.read_chunk import (
    CHUNK_LINKS,
    Chunk,
    ChunkResult,
    close_run,
    read_chunk,
    reason,
    stop_run,
)

CONNECT_S = 20.0
"""How long scheduler and first worker may take to answer."""

SILENT_S = 30.0
"""So long without an answer of the scheduler, or without any worker, and the cluster is lost."""

LOOK_S = 0.5
"""How often the scheduler is asked: a signal reaches the workers within that time."""

CLOSE_S = 5.0
"""How long the end of a run may take on the cluster."""

_CLIENT: Any = Client  # which has no types


class DaskWorkers:
    """The workers of one cluster.

    address      of the scheduler: tcp://HOST:PORT, or tls://
    run_id       no other run on the cluster may have it
    concurrency  links at a time, over all workers

    Raises `RunFailed` when there is no scheduler or no worker.
    """

    def __init__(self, address: str, run_id: str, concurrency: int) -> None:
        self._run_id = run_id
        self._is_told = False
        self._closing = Event()
        self._problem: str | None = None
        self._alive_at = time.monotonic()
        _silence()
        self._client: Any = _connected(address)
        threads = list(self._client.nthreads().values()) or [1]
        # At least one chunk for each worker, and more where their threads and links allow.
        self.slots = min(
            concurrency, max(len(threads), min(sum(threads), concurrency // CHUNK_LINKS))
        )
        self.threads = min(CHUNK_LINKS, concurrency // self.slots)
        self.chunks_a_worker = -(-self.slots // len(threads))
        self._jobs = self._client.get_executor(pure=False)
        Thread(target=self._watch, daemon=True).start()

    def submit(self, chunk: Chunk, /) -> "Future[ChunkResult]":
        """Hand out a chunk."""
        future: Future[ChunkResult] = self._jobs.submit(read_while_wanted, chunk)
        return future

    def problem(self) -> str | None:
        """Why the cluster is lost; None while it answers."""
        if self._problem is None and time.monotonic() - self._alive_at > SILENT_S:
            self._problem = f"no scheduler or no worker has answered for {SILENT_S:.0f} s"
        return self._problem

    def stop(self) -> None:
        """Let the workers end their waits, also those that join later."""
        self._is_told = True

    def close(self) -> None:
        """Close the run on all workers. A cluster that does not answer is left alone."""
        self._closing.set()
        closing = Thread(target=self._close, daemon=True)
        closing.start()
        closing.join(CLOSE_S)

    def _close(self) -> None:
        with suppress(Exception):  # the cluster may be gone
            if self.problem() is None:
                self._client.run(close_run, self._run_id, on_error="ignore")
            self._client.close(timeout=CLOSE_S)

    def _watch(self) -> None:
        """Ask the scheduler whether it is there, and tell workers of a stop. May block for ever."""
        while not self._closing.wait(LOOK_S):
            try:
                if self._client.scheduler_info(n_workers=-1)["workers"]:
                    self._alive_at = time.monotonic()
                if self._is_told:
                    self._client.run(stop_run, self._run_id, on_error="ignore")
            except Exception as error:
                if self._client.status != "running":
                    self._problem = f"the Dask scheduler is lost ({reason(error)})"
                    return


def read_while_wanted(chunk: Chunk) -> ChunkResult:
    """On a worker: read a chunk until its run is gone. The scheduler then takes the task back."""
    worker: Any = get_worker()
    key = worker.get_current_task()

    def is_wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state != "cancelled"

    return read_chunk(chunk, is_wanted)


def _connected(address: str) -> Any:
    client = _answering(
        lambda: _CLIENT(address, timeout=CONNECT_S, set_as_default=False),
        f"no Dask scheduler answers at {address}",
        "check the address and that it runs the same release of distributed",
    )
    try:
        _answering(
            lambda: client.wait_for_workers(1, timeout=CONNECT_S),
            f"no Dask worker is ready at {address}",
            "start workers that have this release of pal-reconcile",
        )
    except RunFailed:
        client.close(timeout=CLOSE_S)
        raise
    return client


def _answering(ask: Callable[[], Any], what: str, hint: str) -> Any:
    try:
        return ask()
    except Exception as error:
        raise RunFailed(f"{what} ({type(error).__name__}); {hint}") from None


def _silence() -> None:
    """Dask logs to stderr by itself; what concerns a run, the run says."""
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in ("distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
