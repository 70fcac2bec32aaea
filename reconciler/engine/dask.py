"""How do jobs run on more than one machine? On a Dask cluster that is there already.

Dask hands the jobs of a lost worker to another one; each job reads before it writes. Calls are
never answered from Dask's memory of earlier ones (`pure=False`), for Azure may have moved.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from threading import Event, Thread
from typing import Any

from distributed import Client, WorkerPlugin

from reconciler.core.endings import Traffic
from reconciler.core.errors import RunFailed, kind_of
from reconciler.core.ports import Workshop
from reconciler.engine.processes import WorkerDied

CONNECT_S = 20.0
"""How long scheduler and first worker may take to answer."""

DESERTED_S = 60.0
"""So long without any worker, and what was handed out is given up."""

LOOK_S = 0.5
"""How often the cluster is looked at: a signal reaches the workers within that time."""

_STOPS: dict[str, Event] = {}
_WORKSHOPS: dict[str, Workshop] = {}


_CLIENT: Any = Client  # which has no types


class Dask(Executor):
    """An executor on the workers of one cluster.

    address      of the scheduler: tcp://HOST:PORT, or tls://
    name         of the run; no other run on the cluster may have it
    workshop     what is opened on each worker before its first job, also on those that come later
    stop         once set, each worker is told
    concurrency  how many threads the workers have together
    traffic      what the workers that are left have asked, once all is shut down

    Raises `RunFailed` when there is no scheduler or no worker, or a worker cannot be prepared.
    """

    def __init__(self, address: str, name: str, workshop: Workshop, stop: Event) -> None:
        self._name = name
        self._given: set[Future[Any]] = set()
        self.traffic = Traffic()
        self._closing = Event()
        _silence()
        try:
            self._client: Any = _CLIENT(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise RunFailed(
                f"no Dask scheduler answers at {address}: {_line(error)}; "
                "check the address and that it runs the same release of distributed"
            ) from None
        try:
            self._client.wait_for_workers(1, timeout=CONNECT_S)
            self._client.register_plugin(_Opened(name, workshop), name=name)
        except Exception as error:
            self._client.close()
            raise RunFailed(
                f"the Dask workers at {address} are not ready: {_line(error)}; "
                "each needs this release of pal-reconcile"
            ) from None
        self.concurrency = sum(self._client.nthreads().values())
        self._jobs = self._client.get_executor(pure=False)
        self._watching = Thread(target=self._watch, args=(stop,), daemon=True)
        self._watching.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a job to the cluster."""
        future: Future[Any] = self._jobs.submit(fn, *args, **kwargs)
        self._given.add(future)
        future.add_done_callback(self._given.discard)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Close the run on all workers, and leave the cluster as it was."""
        self._closing.set()
        self._watching.join()
        with suppress(Exception):  # the cluster may be gone; nothing of ours is left on it then
            asked = self._client.run(_traffic, self._name, on_error="ignore")
            self.traffic = sum(asked.values(), Traffic())
            self._client.unregister_worker_plugin(self._name)
        self._client.close()

    def _watch(self, stop: Event) -> None:
        """Tell the workers of a stop, those that come later too; give up where there are none."""
        seen_at = time.monotonic()
        while not self._closing.wait(LOOK_S):
            if self._client.scheduler_info(n_workers=-1)["workers"]:
                seen_at = time.monotonic()
                if stop.is_set():
                    with suppress(Exception):  # a worker that dies meanwhile; there is a next time
                        self._client.run(_stop, self._name, on_error="ignore")
            elif stop.is_set() or time.monotonic() - seen_at > DESERTED_S:
                for future in list(self._given):
                    with suppress(Exception):  # it ended just now
                        future.set_exception(WorkerDied("the cluster has no worker any more"))


class _Opened(WorkerPlugin):
    """Opens the workshop on a worker when the run begins or the worker joins."""

    def __init__(self, name: str, workshop: Workshop) -> None:
        self.name = name
        self._workshop = workshop

    def setup(self, worker: Any) -> None:
        _STOPS[self.name] = Event()
        _WORKSHOPS[self.name] = self._workshop
        self._workshop.open(_STOPS[self.name])

    def teardown(self, worker: Any) -> None:
        self._workshop.close()
        _STOPS.pop(self.name, None)
        _WORKSHOPS.pop(self.name, None)


def _stop(name: str) -> None:
    """On a worker: end the run's waits, and begin no write."""
    if stop := _STOPS.get(name):
        stop.set()


def _traffic(name: str) -> Traffic:
    """On a worker: what the run has asked there."""
    workshop = _WORKSHOPS.get(name)
    return workshop.traffic() if workshop else Traffic()


def _silence() -> None:
    """Dask logs to stderr by itself; what concerns a run, the run says."""
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in ("distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _line(error: BaseException) -> str:
    return " ".join(kind_of(error).split())[:300]
