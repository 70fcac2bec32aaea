"""Reads are spread over workers, and every link has an answer even if workers fail."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.history.run_summary import RequestStats
from reconciler.core.links import Observed, ObservedState, Place
from reconciler.engine import read_chunk as worker_side
from reconciler.engine import read_workers
from reconciler.engine.cancellation import Stop
from reconciler.engine.gates import Identities
from reconciler.engine.read_chunk import (
    CHUNK_LINKS,
    Chunk,
    ChunkResult,
    close_run,
    prepare,
    read_chunk,
    stop_run,
)
from reconciler.engine.read_workers import WorkerReads, chunked
from reconciler.engine.run import Workers, read_links
from tests.engine.chunks import WRONG_SECRET, Here, Script
from tests.engine.runs import where


def places(count: int) -> list[Place]:
    return [where(number) for number in range(1, count + 1)]


@pytest.fixture(autouse=True)
def _no_run_is_left() -> Iterator[None]:
    yield
    close_run("run")
    worker_side._STOPPED.clear()


class Both:
    """A run whose links are read by workers, and the links that the run itself reads."""

    def __init__(
        self, script: Script, workers: Here | None = None, deadline_s: float | None = None
    ) -> None:
        self.script = script
        self.workers = workers or Here(read_chunk)
        self.warnings: list[str] = []
        self.stop = Stop(deadline_s)
        self.here: list[str] = []
        self.reads = WorkerReads(self.workers, script, self.warnings.append)

    def read(self, links: list[Place]) -> dict[Place, Observed]:
        own = Script(self.script.folder, run_id="own").open(self.stop.event)

        def reader(place: Place) -> Any:
            self.here.append(place.tenant)
            return own.reader(place)

        with ThreadPoolExecutor(4) as pool:
            crew = Workers(pool, 4, self.stop, Identities(), self.reads)
            return read_links(links, crew, reader, lambda place, seen: None)[0]


def states(observed: dict[Place, Observed]) -> set[str]:
    return {seen.problem.code if seen.problem else seen.state.value for seen in observed.values()}


def test_workers_read_links_and_their_requests_are_counted(tmp_path: Path) -> None:
    """The run itself sends no request."""
    both = Both(Script(tmp_path))
    observed = both.read(places(120))
    assert (len(observed), states(observed)) == (120, {"not_linked"})
    assert (both.here, both.warnings, both.reads.request_stats) == (
        [],
        [],
        RequestStats(120, 0, 60.0),
    )
    assert [len(chunk.places) for chunk in both.workers.chunks] == [50, 50, 20]


@pytest.mark.parametrize(
    ("fails", "said"),
    [
        ("release", "a worker has pal-reconcile 0, this run 1"),
        ("extra", "ModuleNotFoundError: no module x"),
        ("odd", "Unpicklable at engine/read_chunk.py"),
    ],
)
def test_a_worker_that_cannot_begin_costs_no_link(tmp_path: Path, fails: str, said: str) -> None:
    """Another release, a missing extra, any error.

    One warning, and the run reads all links itself.
    """
    both = Both(Script(tmp_path, fails=fails))
    assert states(both.read(places(200))) == {"not_linked"}
    assert (len(both.here), len(both.warnings)) == (200, 1)
    assert both.warnings[0].startswith(said)
    assert "secret" not in both.warnings[0]


def test_a_pool_that_breaks_costs_no_link(tmp_path: Path) -> None:
    """Earlier answers are used. Later reads of the run use no worker."""
    answers = iter([read_chunk])

    def breaking(chunk: Chunk) -> ChunkResult:
        for answer in answers:
            return answer(chunk)
        raise BrokenProcessPool("a child process terminated abruptly")

    both = Both(Script(tmp_path), Here(breaking))
    assert states(both.read(places(120))) == {"not_linked"}
    assert (len(both.here), len(both.warnings)) == (70, 1)
    assert both.warnings == ["a chunk failed: BrokenProcessPool"]
    chunks = len(both.workers.chunks)
    assert states(both.read(places(3))) == {"not_linked"}
    assert (len(both.workers.chunks), len(both.warnings)) == (chunks, 1)


def test_a_pool_that_takes_no_chunk_costs_no_link(tmp_path: Path) -> None:
    """No process can be started."""
    workers = Here(read_chunk)
    workers.submit = _no_memory  # type: ignore[method-assign]
    both = Both(Script(tmp_path), workers)
    assert states(both.read(places(7))) == {"not_linked"}
    assert (len(both.here), len(both.warnings)) == (7, 1)
    assert "allocate" not in both.warnings[0]


def _no_memory(chunk: Chunk) -> "Future[ChunkResult]":
    raise OSError("cannot allocate memory")


def silent(chunk: Chunk) -> ChunkResult:
    raise AssertionError("never called")


class Silent(Here):
    """Workers that never answer."""

    def submit(self, chunk: Chunk, /) -> "Future[ChunkResult]":
        self.chunks.append(chunk)
        return Future()


@pytest.mark.parametrize("why", ["the Dask scheduler is lost", None])
def test_workers_that_never_answer_are_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str | None
) -> None:
    """They report it, or a chunk takes longer than the longest possible read."""
    monkeypatch.setattr(read_workers, "LOOK_S", 0.01)
    monkeypatch.setattr(read_workers, "LOST_AFTER_S", 0.05)
    workers = Silent(silent)
    workers.why = why
    both = Both(Script(tmp_path), workers)
    assert states(both.read(places(9))) == {"not_linked"}
    assert len(both.here) == 9
    assert both.warnings == [why or "a worker has not answered for 0 s"]


def test_a_stopped_run_does_not_wait_forever_for_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers receive the stop. Unanswered links are interrupted, without a warning."""
    monkeypatch.setattr(read_workers, "LOOK_S", 0.01)
    monkeypatch.setattr(read_workers, "STOP_GRACE_S", 0.05)
    workers = Silent(silent)
    both = Both(Script(tmp_path), workers)
    workers.submit = lambda chunk: both.stop.event.set() or Future()  # type: ignore[method-assign]
    assert states(both.read(places(9))) == {"interrupted"}
    assert (workers.is_told, both.here, both.warnings) == (True, [], [])


def test_a_stop_before_the_reads_sends_no_chunk(tmp_path: Path) -> None:
    """The deadline has already passed."""
    both = Both(Script(tmp_path), deadline_s=0.0)
    with both.stop.watching():
        assert states(both.read(places(9))) == {"deadline"}
    assert (both.workers.chunks, both.here) == ([], [])


def test_a_worker_past_the_deadline_begins_no_link(tmp_path: Path) -> None:
    """The worker compares its wall clock with the deadline in the chunk."""
    chunk = Chunk(Script(tmp_path), tuple(places(5)), 2, time.time() - 1, Identities())
    assert read_chunk(chunk).seen == ()
    assert not list(tmp_path.glob("read-*"))


def test_a_worker_of_a_stopped_run_begins_no_link(tmp_path: Path) -> None:
    """This holds even if the stop arrives before the first chunk."""
    stop_run("run")
    chunk = Chunk(Script(tmp_path), tuple(places(5)), 2, None, Identities())
    assert read_chunk(chunk).seen == ()


def test_a_worker_begins_no_link_for_an_ended_run(tmp_path: Path) -> None:
    """The worker checks this before each link."""
    wanted = iter([True, True, False])
    chunk = Chunk(Script(tmp_path), tuple(places(5)), 1, None, Identities())
    assert len(read_chunk(chunk, lambda: next(wanted, False)).seen) == 2


def test_an_identity_that_cannot_sign_in_on_a_worker_is_read_by_the_run(tmp_path: Path) -> None:
    """A secret or extra missing only on the worker makes no link unknown.

    Other links stay there.
    """
    both = Both(Script(tmp_path, reads={"C3": "unusable", "C70": "unusable"}))
    assert states(both.read(places(120))) == {"not_linked"}
    assert sorted(both.here) == ["C3", "C70"]
    assert both.warnings == ["a worker cannot sign in: identity app: no module keyring"]


def test_an_identity_is_judged_over_all_chunks(tmp_path: Path) -> None:
    """Refused twice in one chunk, accepted in another: the skipped links are read later."""
    script = Script(tmp_path, reads={"C101": "refused", "C102": "refused"})
    both = Both(script, Here(read_chunk, slots=3, threads=1))
    alone = read_chunk(Chunk(script, tuple(places(104)[100:]), 1, None, Identities()))
    assert [place.tenant for place, _ in alone.seen] == ["C101", "C102"]
    observed = both.read([*places(104)[100:], *places(100)])
    codes = [observed[place].problem for place in places(104)[100:]]
    assert codes == [WRONG_SECRET, WRONG_SECRET, None, None]
    first_chunk = both.workers.chunks[0].places
    assert sorted(both.here) == sorted(place.tenant for place in first_chunk[2:])


def test_a_broken_identity_is_not_tried_in_later_chunks(tmp_path: Path) -> None:
    """Chunks share what they learned. Of two hundred links, two send a request."""
    reads = {place.tenant: "refused" for place in places(200)}
    both = Both(Script(tmp_path, reads=reads), Here(read_chunk, slots=1, threads=1))
    assert states(both.read(places(200))) == {"invalid_client_secret"}
    assert (len(list(tmp_path.glob("read-*"))), both.here) == (2, [])


def test_a_chunk_has_only_the_data_that_it_needs() -> None:
    """It has a copy, so later changes in the run do not affect it."""
    identities = Identities()
    other = Place("C9", "c9", "other")
    for place in (where(1), other):
        identities.note(place, Observed.unknown(WRONG_SECRET, tenant_id="t1"))
    about = identities.about([where(2)])
    identities.note(where(1), Observed.unknown(WRONG_SECRET, tenant_id="t2"))
    assert identities.problem(where(1))
    assert about.problem(where(1)) is None
    about.note(other, Observed.unknown(WRONG_SECRET, tenant_id="t2"))
    assert about.problem(other) is None


def test_a_worker_closes_its_ended_runs(tmp_path: Path) -> None:
    """At the end of the run, or when the next run begins."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        prepare(Script(tmp_path / name, run_id=name))
    assert list((tmp_path / "one").glob("closed-*"))
    assert not list((tmp_path / "two").glob("closed-*"))
    close_run("two")
    assert list((tmp_path / "two").glob("closed-*"))


TENANTS = st.lists(st.integers(0, 30), max_size=300)


@given(tenants=TENANTS, most=st.integers(1, CHUNK_LINKS))
def test_each_tenant_is_in_one_chunk(tenants: list[int], most: int) -> None:
    """No chunk is too long, no tenant is in two chunks, and few links make no small chunks."""
    links = [Place(f"T{n}", f"t{n}", f"app{i}") for i, n in enumerate(tenants)]
    found = list(chunked(links, most))
    assert all(0 < len(chunk) <= CHUNK_LINKS for chunk in found)
    homes = [{place.directory for place in chunk} for chunk in found]
    assert sum(map(len, homes)) == len(set(tenants))
    spread = [place for chunk in found for place in chunk]
    assert len(spread) == sum(min(CHUNK_LINKS, tenants.count(n)) for n in set(tenants))
    assert set(spread) <= set(links)


def test_workers_and_threads_find_the_same(tmp_path: Path) -> None:
    """The same links, with workers and without."""
    observed = Both(Script(tmp_path)).read(places(3))
    assert [seen.state for seen in observed.values()] == [ObservedState.NOT_LINKED] * 3
