"""A cluster reads chunks, and the run continues without a cluster that fails."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from reconciler.core.links import Place
from reconciler.engine import dask
from reconciler.engine.cancellation import Stop
from reconciler.engine.gates import Identities
from reconciler.engine.read_chunk import Chunk
from reconciler.engine.read_workers import WorkerReads
from reconciler.engine.run import Workers, read_links
from tests.e2e.cluster import Cluster, cluster
from tests.engine.chunks import Script, wait_until

ROOT = Path(__file__).parents[2]
ENV = os.environ | {"PYTHONPATH": str(ROOT)}


def chunk(script: Script, *tenants: str) -> Chunk:
    places = tuple(Place(name, name.lower(), "app") for name in tenants)
    return Chunk(script, places, 4, None, Identities())


def test_a_cluster_reads_chunks_and_receives_a_stop(tmp_path: Path) -> None:
    """The same chunk is read again, not cached. Closing the pool closes the run there."""
    with cluster(tmp_path / "dask", ENV, 1) as running:
        script = Script(tmp_path, reads={"B": "wait"})
        with closing(dask.DaskWorkers(running.address, "run", 32)) as workers:
            assert (workers.slots, workers.threads, workers.chunks_a_worker) == (1, 32, 1)
            for _ in range(2):
                found = workers.submit(chunk(script, "A")).result(60)
                assert (len(found.seen), found.request_stats.requests) == (1, 1)
            waiting = workers.submit(chunk(script, "B"))
            wait_until(lambda: script.has_begun("B"))
            workers.stop()
            assert len(waiting.result(60).seen) == 1
        wait_until(lambda: bool(list(tmp_path.glob("closed-*"))))


@contextmanager
def ended(workers: dask.DaskWorkers) -> Iterator[dask.DaskWorkers]:
    """Close the workers, and wait for the end of their client.

    A client that is closed while it has no scheduler tries to connect until its own timeout. It
    draws random numbers, which Hypothesis notices and reports in the test that runs then.
    """
    workers._client._timeout = 3.0  # instead of CONNECT_S, which a busy machine may need
    with closing(workers):
        yield workers
    wait_until(lambda: workers._client.status == "closed")


def lost(running: Cluster, how: str) -> None:
    """A failure of a cluster in the middle of a chunk."""
    if how == "the scheduler is killed":
        running.scheduler.kill()
    if how == "the scheduler freezes":
        running.scheduler.send_signal(signal.SIGSTOP)
    if how == "the last worker is killed":
        running.workers[0].kill()


@pytest.mark.parametrize(
    "how", ["the scheduler is killed", "the scheduler freezes", "the last worker is killed"]
)
def test_a_cluster_that_is_lost_costs_no_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The run warns once and reads the unanswered links itself."""
    monkeypatch.setattr(dask, "SILENT_S", 3.0)
    monkeypatch.setattr(dask, "CLOSE_S", 1.0)
    script = Script(tmp_path, reads={"C1": "wait"})
    places = [Place(f"C{n}", f"c{n}", "app") for n in range(1, 101)]
    own = Script(tmp_path).open(Stop().event)
    warnings: list[str] = []
    with (
        cluster(tmp_path / "dask", ENV, 1) as running,
        ThreadPoolExecutor(4) as threads,
        ThreadPoolExecutor(1) as aside,
        ended(dask.DaskWorkers(running.address, "run", 8)) as workers,
    ):
        reads = WorkerReads(workers, script, warnings.append)
        crew = Workers(threads, 4, Stop(), Identities(), reads)
        going = aside.submit(read_links, places, crew, own.reader, lambda place, seen: None)
        wait_until(lambda: script.has_begun("C1"))
        began = time.monotonic()
        lost(running, how)
        observed, _ = going.result(120)
        assert time.monotonic() - began < 100
    assert {seen.problem for seen in observed.values()} == {None}
    assert (len(observed), len(warnings)) == (100, 1)
