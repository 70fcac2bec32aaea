"""Scripted Azures and workers in memory for chunk tests. Workers import their recipe from here."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from time import monotonic, sleep
from typing import Any

from reconciler.core.errors import RunFailed
from reconciler.core.history.run_summary import RequestStats
from reconciler.core.links import Observed, ObservedState, Place, Problem
from reconciler.core.problems import CREDENTIAL_UNUSABLE
from reconciler.engine.read_chunk import Chunk, ChunkResult

UNUSABLE = Problem(CREDENTIAL_UNUSABLE, "identity app: no module keyring", "install it")
WRONG_SECRET = Problem("invalid_client_secret", "AADSTS7000215", "renew it")


def wait_until(is_so: Callable[[], bool], timeout_s: float = 60.0) -> None:
    """Wait for an event that another process causes."""
    ends_at = monotonic() + timeout_s
    while not is_so():
        assert monotonic() < ends_at, "it never came"
        sleep(0.02)


@dataclass
class Script:
    """A recipe with scripted reads. It records its events in the folder.

    reads  behavior of a tenant's links: `kill`, `stop` (freeze), `wait`, `unusable`, `refused`;
           other links read as not linked
    fails  why this worker cannot be opened: `release`, `extra` or `odd`
    """

    folder: Path
    reads: dict[str, str] = field(default_factory=dict)
    fails: str = ""
    run_id: str = "run"

    def open(self, stop: Event) -> "ScriptedAzure":
        """Open it in this process."""
        (self.folder / f"open-{os.getpid()}").touch()
        if self.fails == "release":
            raise RunFailed("a worker has pal-reconcile 0, this run 1")
        if self.fails == "extra":
            raise ModuleNotFoundError("No module named 'x'; Bearer secret", name="x")
        if self.fails == "odd":
            raise Unpicklable(secret="in the text")
        return ScriptedAzure(self, stop)

    def read_by(self) -> list[int]:
        """The processes that opened it."""
        return [int(path.name[5:]) for path in self.folder.glob("open-*")]

    def has_begun(self, tenant: str) -> bool:
        """Whether a worker has begun to read this link."""
        return any(self.folder.glob(f"read-{tenant}-*"))


class Unpicklable(Exception):
    """An error with keyword-only fields, which do not survive pickle."""

    def __init__(self, *, secret: str) -> None:
        super().__init__(secret)


@dataclass
class ScriptedAzure:
    """The Azure that the recipe opens. Several threads read it at once."""

    script: Script
    stop: Event
    request_stats: RequestStats = RequestStats()  # noqa: RUF009 - frozen
    lock: Lock = field(default_factory=Lock)

    @contextmanager
    def reader(self, place: Place) -> Iterator[Any]:
        azure = self

        class Reader:
            def read(self) -> Observed:
                return azure.read(place)

        yield Reader()

    def close(self) -> None:
        (self.script.folder / f"closed-{os.getpid()}").touch()

    def read(self, place: Place) -> Observed:
        """Read one link."""
        (self.script.folder / f"read-{place.tenant}-{os.getpid()}").touch()
        with self.lock:
            self.request_stats += RequestStats(1, 0, 0.5)
        match self.script.reads.get(place.tenant):
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "stop":
                os.kill(os.getpid(), signal.SIGSTOP)
            case "wait":
                self.stop.wait(120)
            case "unusable":
                return Observed.unknown(UNUSABLE)
            case "refused":
                return Observed.unknown(WRONG_SECRET, tenant_id=place.directory)
        return Observed(ObservedState.NOT_LINKED, place.directory, f"oid-{place.tenant}")


class Here:
    """Workers that answer at once in this process with the given function."""

    def __init__(
        self, answer: Callable[[Chunk], ChunkResult], slots: int = 2, threads: int = 4
    ) -> None:
        self.slots, self.threads = slots, threads
        self.chunks: list[Chunk] = []
        self.is_told = False
        self.why: str | None = None
        self._answer = answer

    def submit(self, chunk: Chunk, /) -> "Future[ChunkResult]":
        self.chunks.append(chunk)
        future: Future[ChunkResult] = Future()
        try:
            future.set_result(self._answer(chunk))
        except Exception as error:
            future.set_exception(error)
        return future

    def problem(self) -> str | None:
        return self.why

    def stop(self) -> None:
        self.is_told = True
