"""Workers that read for a run: processes of this machine, or a Dask cluster.

A worker gets the connection settings, opens Azure with them and resolves the secrets itself. The
lock, the guards, the writes, the journal and the report stay with the run.
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
    from reconciler.cli.command_line.options import Options
    from reconciler.engine.dask import DaskWorkers
    from reconciler.engine.read_workers import WorkerReads

LINKS_PER_PROCESS = 5000
"""For fewer links, starting a process takes longer than it saves."""

REQUESTS_PER_CORE = 128
"""With fewer requests at a time, a run waits for Azure and not for its CPU core.

A core reads about 600 links a second. At 100 ms for a request, 128 requests in progress are 640.
"""


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """The setup that a run sends to its workers. It holds no secret."""

    run_id: str
    settings: ConnectionSettings
    as_json: bool
    level: str
    version: str = __version__

    def open(self, stop: Event) -> Azure:
        """Open Azure on this worker. Raises `RunFailed` if another release is installed there."""
        from reconciler import log
        from reconciler.azure.connection import Azure

        if self.version != __version__:
            raise RunFailed(f"a worker has pal-reconcile {__version__}, this run {self.version}")
        log.set_up(as_json=self.as_json, level=self.level)
        return Azure(self.settings, stop)


@contextmanager
def workers_for(
    options: Options, settings: ConnectionSettings, run_id: str, links: int, log: Any
) -> Iterator[WorkerReads | None]:
    """The workers that the options ask for; None if the run reads without workers.

    links  how many links are read

    Raises `WrongUsage`, and `RunFailed` if a cluster cannot be reached.
    """
    from reconciler.engine.read_workers import WorkerReads

    def warn(reason: str) -> None:
        log.warning(
            "workers_lost",
            reason=reason,
            consequence="this machine reads the remaining links",
            hint="check that the workers run, and have this release, its extras and the secrets",
        )

    setup = WorkerSetup(run_id, settings, options.log_format == "json", options.level)
    if options.executor:
        with closing(_cluster(options, run_id)) as cluster:
            connections = cluster.threads * cluster.chunks_a_worker
            yield WorkerReads(cluster, _with(setup, connections), warn)
        return
    count = options.processes or useful_processes(links, options.concurrency, cpu_count() or 1)
    count = min(count, options.concurrency)
    if count == 1:
        yield None
        return
    from reconciler.engine.processes import Processes
    from reconciler.engine.read_chunk import CHUNK_LINKS

    threads = min(CHUNK_LINKS, options.concurrency // count)
    setup = _with(setup, threads)
    with closing(Processes(count, threads, setup)) as processes:
        yield WorkerReads(processes, setup, warn)


def useful_processes(links: int, concurrency: int, cores: int) -> int:
    """How many processes save more time than they take to start."""
    return max(1, min(cores, links // LINKS_PER_PROCESS, concurrency // REQUESTS_PER_CORE))


def _with(setup: WorkerSetup, connections: int) -> WorkerSetup:
    return replace(setup, settings=replace(setup.settings, connections=connections))


def _cluster(options: Options, run_id: str) -> DaskWorkers:
    kind, _, address = str(options.executor).partition(":")
    if kind != "dask" or "://" not in address:
        raise WrongUsage(
            f"--executor {options.executor} is not valid; use dask:tcp://HOST:8786 (or tls://)"
        )
    if options.processes:
        raise WrongUsage("--processes and --executor cannot be combined; remove one of them")
    if problem := missing_extra("dask", "--executor"):
        raise WrongUsage(problem)
    from reconciler.engine.dask import DaskWorkers

    return DaskWorkers(address, run_id, options.concurrency)
