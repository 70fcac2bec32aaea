"""One chunk of links, read in a worker process or on a cluster by its own threads.

A chunk returns only links that were really read. The run reads all others itself, after its own
gates, so a worker that fails makes no link unreadable.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Event, RLock, Timer

from reconciler.core.errors import kind_of
from reconciler.core.history.run_summary import RequestStats
from reconciler.core.links import Observed, Place, Problem
from reconciler.core.ports import OpenedAzure, WorkerRecipe
from reconciler.core.problems import CREDENTIAL_UNUSABLE, INTERRUPTED
from reconciler.core.redaction.redactor import redact
from reconciler.engine.gates import Identities, ReadGates
from reconciler.engine.link_jobs import read_link
from reconciler.engine.scheduler import run_all

CHUNK_LINKS = 50
"""Maximum number of links in a chunk."""

CHUNK_S = 60.0
"""After this time a chunk starts no further link and returns its results."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Links that one worker reads.

    recipe      how the worker opens Azure
    threads     concurrent links
    ends_at     the run's deadline on the wall clock, as `time.time()`; None: no deadline
    identities  what the run knows about the identities of these links
    """

    recipe: WorkerRecipe
    places: tuple[Place, ...]
    threads: int
    ends_at: float | None
    identities: Identities


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """The result of a chunk.

    request_stats  requests of this worker since its last result
    failure        why this worker cannot read anything; None if it can
    unusable       why an identity cannot sign in on this worker; None if all can
    """

    seen: tuple[tuple[Place, Observed], ...]
    request_stats: RequestStats
    failure: str | None = None
    unusable: str | None = None


@dataclass(slots=True)
class _OpenRun:
    """One run in this process: chunks share its connections and tokens."""

    azure: OpenedAzure
    stop: Event
    chunks: int = 0
    counted: RequestStats = field(default_factory=RequestStats)
    deadline: Timer | None = None

    def close(self) -> None:
        if self.deadline:
            self.deadline.cancel()
        with suppress(Exception):  # the connections may already be broken
            self.azure.close()


_LOCK = RLock()
_OPEN: dict[str, _OpenRun] = {}
_STOPPED: set[str] = set()


def read_chunk(chunk: Chunk, is_wanted: Callable[[], bool] = lambda: True) -> ChunkResult:
    """Read the links of a chunk, each after its gates. Raises nothing: errors may not be picklable.

    is_wanted  whether the run still needs the result; checked before each link
    """
    try:
        with _open(chunk) as run:
            gates = _ChunkGates(chunk, run.stop, is_wanted)
            job = partial(read_link, run.azure.reader)
            with ThreadPoolExecutor(chunk.threads, thread_name_prefix="link") as pool:
                every = list(run_all(pool, job, chunk.places, gates, chunk.threads))
            seen = tuple((place, found) for place, found in every if place not in gates.left)
            return ChunkResult(seen, _count(run), unusable=gates.unusable)
    except Exception as error:
        return ChunkResult((), RequestStats(), reason(error))


def prepare(recipe: WorkerRecipe) -> None:
    """Open the connection before the first chunk, which reports a failure."""
    with suppress(Exception), _LOCK:
        _opened(recipe, None)


def stop_run(run_id: str) -> None:
    """Cancel the run's waits in this process and start no further link."""
    with _LOCK:
        _STOPPED.add(run_id)
        if run := _OPEN.get(run_id):
            run.stop.set()


def close_run(run_id: str) -> None:
    """Close the run's connection in this process, at the latest after its last chunk."""
    with _LOCK:
        stop_run(run_id)
        _close_idle()


def reason(error: BaseException) -> str:
    """An error in one line, without the text of other libraries, which may contain a secret."""
    name = error.name if isinstance(error, ImportError) else None
    text = f"{type(error).__name__}: no module {name}" if name else kind_of(error)
    return " ".join(redact(text).split())[:300]


class _ChunkGates(ReadGates):
    """The gates of a worker. The run reads the links that they refuse."""

    def __init__(self, chunk: Chunk, stop: Event, is_wanted: Callable[[], bool]) -> None:
        begun_s = time.monotonic()

        def stopped() -> Problem | None:
            is_late = chunk.ends_at is not None and time.time() >= chunk.ends_at
            is_over = stop.is_set() or is_late or time.monotonic() - begun_s > CHUNK_S
            return INTERRUPTED if is_over or not is_wanted() else None

        super().__init__(stopped, chunk.identities)
        self.left: set[Place] = set()
        self.unusable: str | None = None

    def refuse(self, place: Place, problem: Problem) -> Observed:
        self.left.add(place)
        return super().refuse(place, problem)

    def end(self, place: Place, seen: Observed) -> Observed:
        if seen.problem and seen.problem.code == CREDENTIAL_UNUSABLE:
            self.left.add(place)
            self.unusable = self.unusable or redact(seen.problem.message)
        return super().end(place, seen)


@contextmanager
def _open(chunk: Chunk) -> Iterator[_OpenRun]:
    with _LOCK:
        run = _opened(chunk.recipe, chunk.ends_at)
        run.chunks += 1
    try:
        yield run
    finally:
        with _LOCK:
            run.chunks -= 1
            _close_idle(but=chunk.recipe.run_id)


def _opened(recipe: WorkerRecipe, ends_at: float | None) -> _OpenRun:
    """The open run of this process. Finished runs are closed first."""
    _close_idle(but=recipe.run_id)
    run = _OPEN.get(recipe.run_id)
    if run is None:
        stop = Event()
        run = _OPEN[recipe.run_id] = _OpenRun(recipe.open(stop), stop)
    if recipe.run_id in _STOPPED:
        run.stop.set()
    if ends_at is not None and run.deadline is None:
        run.deadline = Timer(max(0.0, ends_at - time.time()), run.stop.set)
        run.deadline.daemon = True
        run.deadline.start()
    return run


def _close_idle(but: str | None = None) -> None:
    """Close the runs that have no chunk in progress."""
    for run_id, run in list(_OPEN.items()):
        if run.chunks == 0 and (run_id != but or run_id in _STOPPED):
            del _OPEN[run_id]
            run.close()


def _count(run: _OpenRun) -> RequestStats:
    """The requests of all chunks since the last call."""
    with _LOCK:
        asked = run.azure.request_stats
        since, run.counted = asked - run.counted, asked
        return since
