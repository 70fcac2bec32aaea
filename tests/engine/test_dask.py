"""A cluster that cannot go on is given up, with what it had been handed."""

import os
from pathlib import Path
from threading import Event

import pytest

from reconciler.core.endings import Traffic
from reconciler.core.errors import RunFailed
from reconciler.engine import dask
from reconciler.engine.processes import WorkerDied
from tests.e2e.cluster import cluster

ROOT = Path(__file__).parents[2]


class Bench:
    """A workshop; its workers import it from here."""

    def __init__(self, is_ready: bool = True) -> None:
        self.is_ready = is_ready

    def open(self, stop: Event) -> None:
        if not self.is_ready:
            raise RunFailed("a worker has pal-reconcile 0, this run 1")
        _STOP.append(stop)

    def traffic(self) -> Traffic:
        return Traffic(3, 2, 1.5)

    def close(self) -> None:
        _STOP.clear()


_STOP: list[Event] = []


def wait_for_stop(_: object) -> bool:
    return _STOP[0].wait(60)


def test_a_cluster_that_loses_all_workers_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is not ready is refused; a stop reaches one; without any, jobs are lost."""
    monkeypatch.setattr(dask, "DESERTED_S", 1.0)
    with cluster(tmp_path / "dask", os.environ | {"PYTHONPATH": str(ROOT)}, 1) as running:
        with pytest.raises(RunFailed, match="a worker has pal-reconcile 0"):
            dask.Dask(running.address, "early", Bench(is_ready=False), Event())
        stop = Event()
        with dask.Dask(running.address, "run", Bench(), stop) as pool:
            assert pool.concurrency == 4
            waiting = pool.submit(wait_for_stop, None)
            stop.set()
            assert waiting.result(60)
        assert pool.traffic == Traffic(3, 2, 1.5)
        with dask.Dask(running.address, "run", Bench(), Event()) as pool:
            waiting = pool.submit(wait_for_stop, None)
            running.workers[0].kill()
            with pytest.raises(WorkerDied, match="no worker any more"):
                waiting.result(60)
