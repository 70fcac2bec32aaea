"""Who does a run's work? Threads here, processes beside us, or a cluster that is there already.

Whoever it is gets the recipe and opens Azure from it; secrets are resolved there. Lock, guards,
gates, journal and report stay here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from os import cpu_count
from typing import TYPE_CHECKING, Protocol

from reconciler.core.errors import RunFailed, WrongUsage
from reconciler.version import __version__

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from threading import Event

    from reconciler.azure.access import Azure, Recipe
    from reconciler.azure.doors import Doors
    from reconciler.cli.options import Options
    from reconciler.core.endings import Traffic
    from reconciler.core.links import Place
    from reconciler.core.ports import LinkReader, LinkWriter
    from reconciler.engine.dask import Dask
    from reconciler.engine.processes import Processes

LINKS_A_PROCESS = 5000
"""Fewer are not worth a start. Measured on two cores, 128 at a time, with Azure's emulation beside
it: 2,000 links took as long in two processes as in one, 10,000 links 24 s in place of 28, 20,000
links 43 s in place of 53."""

REQUESTS_A_CORE = 64
"""With fewer under way at once, Azure's answers are the limit and not our core."""


class Entrance(Protocol):
    """Where jobs get at Azure: `Azure` itself here, `Doors` elsewhere."""

    @property
    def reader(self) -> Callable[[Place], AbstractContextManager[LinkReader]]: ...
    @property
    def writer(self) -> Callable[[Place], AbstractContextManager[LinkWriter]]: ...
    @property
    def traffic(self) -> Traffic: ...


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The entrance of jobs that are done by somebody else, and what all of them have asked."""

    doors: Doors
    workers: Processes | Dask
    azure: Azure

    @property
    def reader(self) -> Callable[[Place], AbstractContextManager[LinkReader]]:
        return self.doors.reader

    @property
    def writer(self) -> Callable[[Place], AbstractContextManager[LinkWriter]]:
        return self.doors.writer

    @property
    def traffic(self) -> Traffic:
        return self.azure.traffic + self.workers.traffic


@dataclass(frozen=True, slots=True)
class Outfit:
    """What a worker elsewhere opens before its first job. It travels, and holds no secret."""

    run_id: str
    recipe: Recipe
    as_json: bool
    level: str
    version: str = __version__

    def open(self, stop: Event) -> None:
        """Open Azure on this worker. Raises `RunFailed` where another release is installed."""
        from reconciler import log
        from reconciler.azure.doors import Doors

        if self.version != __version__:
            raise RunFailed(f"a worker has pal-reconcile {__version__}, this run {self.version}")
        log.set_up(as_json=self.as_json, level=self.level)
        Doors(self.run_id).open(self.recipe, stop)

    def traffic(self) -> Traffic:
        """What was asked on this worker until now."""
        from reconciler.azure.doors import Doors

        return Doors(self.run_id).traffic()

    def close(self) -> None:
        """Close what was opened."""
        from reconciler.azure.doors import Doors

        Doors(self.run_id).close()


@contextmanager
def at_work(
    options: Options, recipe: Recipe, azure: Azure, run_id: str, stop: Event, links: int
) -> Iterator[tuple[Executor, int, Entrance]]:
    """Hire the workers that the options ask for: the pool, how many jobs at once, their entrance.

    Raises `WrongUsage`, and `RunFailed` where a cluster is not there.
    """
    outfit = Outfit(run_id, recipe, options.log_format == "json", options.level)
    if options.executor:
        with _cluster(options, outfit, stop) as cluster:
            there = Elsewhere(_doors(run_id), cluster, azure)
            yield cluster, min(options.concurrency, cluster.concurrency), there
        return
    number = options.processes or how_many_pay_off(links, options.concurrency, cpu_count() or 1)
    if number == 1:
        with ThreadPoolExecutor(options.concurrency, thread_name_prefix="link") as threads:
            yield threads, options.concurrency, azure
        return
    from reconciler.engine.processes import Processes

    each = -(-options.concurrency // number)
    outfit = replace(outfit, recipe=replace(recipe, connections=each))
    with Processes(number, each, outfit, stop) as processes:
        yield processes, options.concurrency, Elsewhere(_doors(run_id), processes, azure)


def how_many_pay_off(links: int, concurrency: int, cores: int) -> int:
    """So many processes that each has enough to do to be worth its start."""
    return max(1, min(cores, links // LINKS_A_PROCESS, concurrency // REQUESTS_A_CORE))


def _cluster(options: Options, outfit: Outfit, stop: Event) -> Dask:
    kind, _, address = str(options.executor).partition(":")
    if kind != "dask" or "://" not in address:
        raise WrongUsage(
            f"--executor {options.executor} is none; it is dask:tcp://HOST:8786 (or tls://)"
        )
    if options.processes:
        raise WrongUsage("--processes and --executor exclude each other; leave one out")
    try:
        from reconciler.engine.dask import Dask
    except ImportError:
        raise WrongUsage("--executor needs: pip install 'pal-reconcile[dask]'") from None
    return Dask(address, f"pal-reconcile-{outfit.run_id}", outfit, stop)


def _doors(run_id: str) -> Doors:
    from reconciler.azure.doors import Doors

    return Doors(run_id)
