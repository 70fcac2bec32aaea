"""Jobs in processes: many at once in each, told of a stop, and done anew when one dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import sleep

import pytest

from reconciler.core.endings import Traffic
from reconciler.engine.processes import Processes, WorkerDied


class Bench:
    """A workshop that notes where it was opened; picklable, as it must be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, stop: Event) -> None:
        _STOP.append(stop)
        (self.folder / f"{os.getpid()}.open").touch()

    def traffic(self) -> Traffic:
        return Traffic(3, 2, 1.5)

    def close(self) -> None:
        (self.folder / f"{os.getpid()}.closed").touch()


_STOP: list[Event] = []


def pid(_: object) -> int:
    return os.getpid()


def wait_for_stop(_: object) -> bool:
    return _STOP[0].wait(60)


def meet(path: Path, number: int) -> bool:
    """True when all four are at work at the same time."""
    (path / f"met{number}").touch()
    for _ in range(3000):
        if len(list(path.glob("met*"))) == 4:
            return True
        sleep(0.02)
    return False


def die_once(path: Path) -> str:
    """The first to come here takes its process down."""
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return "done by another"
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def die(_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail(_: object) -> None:
    raise ValueError("a mistake")


@pytest.fixture
def stop() -> Iterator[Event]:
    event = Event()
    yield event
    event.set()  # lets the thread that waits for it end


def test_each_process_works_on_many_jobs_at_once(tmp_path: Path, stop: Event) -> None:
    """Four jobs meet in two processes; each process opened its workshop once, and closed it."""
    with Processes(2, 2, Bench(tmp_path), stop) as pool:
        meeting = [pool.submit(meet, tmp_path, number) for number in range(4)]
        assert [future.result(120) for future in meeting] == [True] * 4
        pids = {pool.submit(pid, None).result(60) for _ in range(4)}
        assert os.getpid() not in pids
    assert len(list(tmp_path.glob("*.open"))) == len(list(tmp_path.glob("*.closed"))) == 2


def test_a_stop_reaches_every_process(tmp_path: Path, stop: Event) -> None:
    """What waits there ends its wait; the process itself never gets the signal."""
    with Processes(2, 1, Bench(tmp_path), stop) as pool:
        waiting = [pool.submit(wait_for_stop, None) for _ in range(2)]
        stop.set()
        assert [future.result(60) for future in waiting] == [True, True]


def signal_the_only_process(folder: Path) -> None:
    """Raises where it does not outlive that."""
    with Processes(1, 1, Bench(folder), Event()) as pool:
        other = pool.submit(pid, None).result(60)
        os.kill(other, signal.SIGINT)
        os.kill(other, signal.SIGTERM)
        assert pool.submit(pid, None).result(60) == other


def test_a_process_does_not_get_the_coordinators_signals(tmp_path: Path) -> None:
    """Ctrl-C goes to the whole group; only the coordinator acts on it.

    In an interpreter of its own: the first process of one is the one that might get them.
    """
    code = f"import {__name__} as t, pathlib; t.signal_the_only_process(pathlib.Path(%r))"
    ran = subprocess.run(
        [sys.executable, "-c", code % str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr


def test_a_job_of_a_dead_process_is_done_anew(tmp_path: Path, stop: Event) -> None:
    """The other process does what the dead one had begun."""
    with Processes(2, 1, Bench(tmp_path), stop) as pool:
        assert pool.submit(die_once, tmp_path / "was-here").result(60) == "done by another"


def test_what_kills_every_process_is_given_up(tmp_path: Path, stop: Event) -> None:
    """A job that took two processes down is handed to no third; later ones have nowhere to go."""
    with Processes(2, 1, Bench(tmp_path), stop) as pool:
        with pytest.raises(WorkerDied, match="status -9"):
            pool.submit(die, None).result(60)
        with pytest.raises(WorkerDied, match="all processes are gone"):
            pool.submit(pid, None).result(60)


def test_an_error_of_a_job_costs_that_job(tmp_path: Path, stop: Event) -> None:
    """It comes back as text: what was raised there may not be known here."""
    with Processes(1, 1, Bench(tmp_path), stop) as pool:
        with pytest.raises(WorkerDied, match=r"^ValueError at engine/processes.py:[0-9]+$"):
            pool.submit(fail, None).result(60)
        assert pool.submit(pid, None).result(60) > 0
