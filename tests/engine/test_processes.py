"""Worker processes receive a stop, end with their coordinator, and never block it."""

import os
import signal
import subprocess
import sys
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.core.history.run_summary import RequestStats
from reconciler.core.links import Place
from reconciler.engine.gates import Identities
from reconciler.engine.processes import Processes
from reconciler.engine.read_chunk import Chunk, ChunkResult
from tests.engine.chunks import Script, wait_until

ROOT = Path(__file__).parents[2]


def chunk(script: Script, *tenants: str, threads: int = 2) -> Chunk:
    places = tuple(Place(name, name.lower(), "app") for name in tenants)
    return Chunk(script, places, threads, None, Identities())


def is_running(pid: int) -> bool:
    """Whether this process runs. A zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def result(future: "Future[ChunkResult]") -> ChunkResult:
    return future.result(120)


def test_chunks_are_read_in_processes(tmp_path: Path) -> None:
    """Two at once, each in its own process. Results and requests are returned."""
    script = Script(tmp_path, reads={"A": "wait", "B": "wait"})
    with closing(Processes(2, 2, script)) as pool:
        futures = [pool.submit(chunk(script, name, "C", "D")) for name in "AB"]
        wait_until(lambda: script.has_begun("A") and script.has_begun("B"))
        assert len(script.read_by()) == 2
        assert os.getpid() not in script.read_by()
        pool.stop()
        for future in futures:
            found = result(future)
            assert len(found.seen) >= 1
            assert found.request_stats == RequestStats(len(found.seen), 0, len(found.seen) / 2)


def test_a_stop_ends_waits_and_begins_no_link(tmp_path: Path) -> None:
    """The current link is finished. The others are left to the run, also in later chunks."""
    script = Script(tmp_path, reads={"A": "wait"})
    with closing(Processes(1, 1, script)) as pool:
        waiting = pool.submit(chunk(script, "A", "B", threads=1))
        wait_until(lambda: script.has_begun("A"))
        pool.stop()
        assert [place.tenant for place, _ in result(waiting).seen] == ["A"]
        assert result(pool.submit(chunk(script, "C"))).seen == ()
    assert not script.has_begun("B")


def test_a_dead_process_is_detected(tmp_path: Path) -> None:
    """The pool is broken and accepts no further chunk."""
    script = Script(tmp_path, reads={"A": "kill"})
    with closing(Processes(1, 1, script)) as pool:
        with pytest.raises(BrokenProcessPool):
            result(pool.submit(chunk(script, "A")))
        with pytest.raises(BrokenProcessPool):
            pool.submit(chunk(script, "B"))


def test_the_others_end_with_a_dead_process(tmp_path: Path) -> None:
    """Their waits end because their results are not used. No process outlives the pool."""
    script = Script(tmp_path, reads={"A": "wait", "B": "kill"})
    with closing(Processes(2, 1, script)) as pool:
        waiting = pool.submit(chunk(script, "A", "C", threads=1))
        wait_until(lambda: script.has_begun("A"))
        pool.submit(chunk(script, "B"))
        wait_until(lambda: pool.problem() is not None)
        wait([waiting], 60)
    assert not any(map(is_running, script.read_by()))
    assert not script.has_begun("C")


def test_a_process_that_hangs_is_killed(tmp_path: Path) -> None:
    """Closing does not wait for an abandoned chunk."""
    script = Script(tmp_path, reads={"A": "stop"})
    with closing(Processes(2, 2, script)) as processes:
        processes.submit(chunk(script, "A"))
        wait_until(lambda: script.has_begun("A"))
    assert not any(map(is_running, script.read_by()))


def test_an_error_that_does_not_survive_pickle_is_a_result(tmp_path: Path) -> None:
    """Its type is sent as text, its message is not. The pool continues."""
    script = Script(tmp_path, fails="odd")
    with closing(Processes(1, 1, script)) as processes:
        for _ in range(2):
            failure = str(result(processes.submit(chunk(script, "A"))).failure)
            assert failure.startswith("Unpicklable at ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_group_does_not_reach_a_process(
    tmp_path: Path, number: signal.Signals
) -> None:
    """Only the coordinator handles it, and current reads are finished."""
    script = Script(tmp_path)
    with closing(Processes(1, 1, script)) as pool:
        result(pool.submit(chunk(script, "A")))
        (worker,) = script.read_by()
        os.kill(worker, number)
        assert len(result(pool.submit(chunk(script, "B"))).seen) == 1
        assert script.read_by() == [worker]


COORDINATOR = """
import pathlib, sys
from tests.engine.test_processes import Processes, Script, chunk
if __name__ == "__main__":
    script = Script(pathlib.Path(sys.argv[1]), reads={"A": "wait", "B": "wait"})
    pool = Processes(2, 1, script)
    for future in [pool.submit(chunk(script, name, "C", threads=1)) for name in "AB"]:
        future.result()
"""


def test_processes_end_with_a_coordinator_that_is_killed(tmp_path: Path) -> None:
    """After kill -9 both have ended, whatever they waited for. No further link was begun."""
    main = tmp_path / "main.py"
    main.write_text(COORDINATOR)
    script = Script(tmp_path)
    coordinator = subprocess.Popen(
        [sys.executable, str(main), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    try:
        wait_until(lambda: script.has_begun("A") and script.has_begun("B"))
        workers = script.read_by()
        assert len(workers) == 2
    finally:
        coordinator.kill()
        coordinator.wait()
    wait_until(lambda: not any(map(is_running, workers)))
    assert not script.has_begun("C")
