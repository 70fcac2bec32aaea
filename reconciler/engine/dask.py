"""Workers of a Dask cluster that read chunks.

Dask gives the chunk of a lost worker to another one. Calls are never answered from earlier results
(`pure=False`), because Azure may have changed.
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
"""Time limit for the scheduler and the first worker to answer."""

SILENT_S = 30.0
"""After this time without a scheduler or without any worker the cluster counts as lost."""

LOOK_S = 0.5
"""How often the scheduler is polled. A signal reaches the workers within this time."""

CLOSE_S = 5.0
"""Time limit for closing a run on the cluster."""

_CLIENT: Any = Client  # it has no types


class DaskWorkers:
    """The workers of one cluster.

    address      of the scheduler: tcp://HOST:PORT or tls://HOST:PORT
    run_id       unique on the cluster
    concurrency  concurrent links over all workers

    Raises `RunFailed` when there is no scheduler or no worker.
    """

    def __init__(self, address: str, run_id: str, concurrency: int) -> None:
        self._run_id = run_id
        self._is_stopped = False
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
        """Submit a chunk."""
        future: Future[ChunkResult] = self._jobs.submit(read_while_wanted, chunk)
        return future

    def problem(self) -> str | None:
        """Why the cluster is lost; None while it answers."""
        if self._problem is None and time.monotonic() - self._alive_at > SILENT_S:
            self._problem = f"no scheduler or no worker has answered for {SILENT_S:.0f} s"
        return self._problem

    def stop(self) -> None:
        """Cancel the waits of all workers, including workers that join later."""
        self._is_stopped = True

    def close(self) -> None:
        """Close the run on all workers, unless the cluster does not answer."""
        self._closing.set()
        closing = Thread(target=self._close, daemon=True)
        closing.start()
        closing.join(CLOSE_S)

    def _close(self) -> None:
        with suppress(Exception):  # the cluster may be lost
            if self.problem() is None:
                self._client.run(close_run, self._run_id, on_error="ignore")
            self._client.close(timeout=CLOSE_S)

    def _watch(self) -> None:
        """Poll the scheduler and pass a stop on to the workers. A poll may block forever."""
        while not self._closing.wait(LOOK_S):
            try:
                if self._client.scheduler_info(n_workers=-1)["workers"]:
                    self._alive_at = time.monotonic()
                if self._is_stopped:
                    self._client.run(stop_run, self._run_id, on_error="ignore")
            except Exception as error:
                if self._client.status != "running":
                    self._problem = f"the Dask scheduler is lost ({reason(error)})"
                    return


def read_while_wanted(chunk: Chunk) -> ChunkResult:
    """On a worker: read a chunk until the scheduler cancels its task because the run is gone."""
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
    """Turn off Dask's own logging to stderr; the run reports what matters."""
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in ("distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
