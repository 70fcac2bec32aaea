"""The workers of a run: processes of this machine, or a cluster that is there already.

They read, and nothing else. A worker gets the recipe and opens Azure from it; secrets are resolved
there. Lock, guards, writes, journal and report stay with the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from os import cpu_count
from typing import TYPE_CHECKING, Any

from reconciler.core.errors import RunFailed, WrongUsage
from reconciler.extras import missing_extra
from reconciler.version import __version__

if TYPE_CHECKING:
    from threading import Event

    from reconciler.azure.connection import Azure, ConnectionSettings
    from reconciler.cli.options import Options
    from reconciler.engine.dask import DaskWorkers
    from reconciler.engine.read_workers import WorkerReads

LINKS_A_PROCESS = 5000
"""Fewer are not worth a start."""

REQUESTS_A_CORE = 64
"""With fewer under way at once, Azure's answers are the limit and not our core."""


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """How a worker of this run opens Azure. It travels, and holds no secret."""

    run_id: str
    recipe: ConnectionSettings
    as_json: bool
    level: str
    version: str = __version__

    def open(self, stop: Event) -> Azure:
        """Open Azure on this worker. Raises `RunFailed` where another release is installed."""
        from reconciler import log
        from reconciler.azure.connection import Azure

        if self.version != __version__:
            raise RunFailed(f"a worker has pal-reconcile {__version__}, this run {self.version}")
        log.set_up(as_json=self.as_json, level=self.level)
        return Azure(self.recipe, stop)


@contextmanager
def workers_for(
    options: Options, recipe: ConnectionSettings, run_id: str, links: int, log: Any
) -> Iterator[WorkerReads | None]:
    """The workers that the options ask for; None where this run reads by itself.

    Raises `WrongUsage`, and `RunFailed` where a cluster is not there.
    """
    from reconciler.engine.read_workers import WorkerReads

    def warn(reason: str) -> None:
        log.warning(
            "workers_lost",
            reason=reason,
            consequence="this machine reads what is left",
            hint="check that workers run, with this release, its extras and their secrets",
        )

    setup = WorkerSetup(run_id, recipe, options.log_format == "json", options.level)
    if options.executor:
        with closing(_cluster(options, run_id)) as cluster:
            connections = cluster.threads * cluster.chunks_a_worker
            yield WorkerReads(cluster, _with(setup, connections), warn)
        return
    number = options.processes or how_many_pay_off(links, options.concurrency, cpu_count() or 1)
    number = min(number, options.concurrency)
    if number == 1:
        yield None
        return
    from reconciler.engine.processes import Processes
    from reconciler.engine.read_chunk import CHUNK_LINKS

    threads = min(CHUNK_LINKS, options.concurrency // number)
    setup = _with(setup, threads)
    with closing(Processes(number, threads, setup)) as processes:
        yield WorkerReads(processes, setup, warn)


def how_many_pay_off(links: int, concurrency: int, cores: int) -> int:
    """So many processes that each has enough to do to be worth its start."""
    return max(1, min(cores, links // LINKS_A_PROCESS, concurrency // REQUESTS_A_CORE))


def _with(setup: WorkerSetup, connections: int) -> WorkerSetup:
    return replace(setup, recipe=replace(setup.recipe, connections=connections))


def _cluster(options: Options, run_id: str) -> DaskWorkers:
    kind, _, address = str(options.executor).partition(":")
    if kind != "dask" or "://" not in address:
        raise WrongUsage(
            f"--executor {options.executor} is none; it is dask:tcp://HOST:8786 (or tls://)"
        )
    if options.processes:
        raise WrongUsage("--processes and --executor exclude each other; leave one out")
    if problem := missing_extra("dask", "--executor"):
        raise WrongUsage(problem)
    from reconciler.engine.dask import DaskWorkers

    return DaskWorkers(address, run_id, options.concurrency)
