"""How do jobs run on more than one core? In processes, each with threads of its own.

`ProcessPoolExecutor` gives a process one job at a time; ours spend their time waiting for Azure, so
each process works on many at once. A process that dies takes nothing with it: its jobs are done
anew elsewhere, and each job reads before it writes.
"""

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from os import _exit
from threading import Event, Lock, Thread
from typing import Any

from reconciler.core.endings import Traffic
from reconciler.core.errors import kind_of
from reconciler.core.ports import Workshop
from reconciler.engine import interpreter

TRIES = 2
"""A job whose process died twice may be what kills them: it goes no further."""

_STOP = "stop"
_END = None


class WorkerDied(Exception):
    """No worker finished this job."""


@dataclass(slots=True)
class _Job:
    number: int
    run: Callable[[], Any]
    future: Future[Any]
    tries: int = 0


class Processes(Executor):
    """An executor of `number` processes with `threads` threads each.

    workshop  what is opened in each process before its first job
    stop      once set, each process is told
    traffic   what the processes that came to their end have asked, once all is shut down
    """

    def __init__(self, number: int, threads: int, workshop: Workshop, stop: Event) -> None:
        self._numbers = count()
        with _without_signals():
            self._workers = [_Worker(threads, workshop, self._do_anew) for _ in range(number)]
        Thread(target=self._tell, args=(stop,), daemon=True).start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a job to the process that has the least to do."""
        job = _Job(next(self._numbers), _Call(fn, args, kwargs), Future())
        job.future.set_running_or_notify_cancel()
        self._hand_out(job)
        return job.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let each process finish what it began, and end it."""
        for worker in self._workers:
            worker.send(_END)
        for worker in self._workers:
            worker.process.join()
            worker.listening.join()

    @property
    def traffic(self) -> Traffic:
        """Of one that was killed nobody knows."""
        return sum((worker.traffic for worker in self._workers), Traffic())

    def _hand_out(self, job: _Job) -> None:
        job.tries += 1
        for worker in sorted(self._workers, key=lambda worker: len(worker.jobs)):
            if worker.take(job):
                return
        job.future.set_exception(WorkerDied("all processes are gone"))

    def _do_anew(self, job: _Job, why: str) -> None:
        if job.tries < TRIES:
            self._hand_out(job)
        else:
            job.future.set_exception(WorkerDied(why))

    def _tell(self, stop: Event) -> None:
        stop.wait()
        for worker in self._workers:
            worker.send(_STOP)


@dataclass(frozen=True, slots=True)
class _Call:
    """A function with its arguments, as it travels."""

    fn: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)

    def __call__(self) -> Any:
        return self.fn(*self.args, **self.kwargs)


class _Worker:
    """One process, seen from the coordinator: what it has been given, and what it answers."""

    def __init__(
        self, threads: int, workshop: Workshop, do_anew: Callable[[_Job, str], None]
    ) -> None:
        # Not forked: a copy of a process with threads may be stuck in a lock for ever.
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs, threads, workshop), daemon=True)
        self.process.start()
        theirs.close()
        self.jobs: dict[int, _Job] = {}
        self.traffic = Traffic()
        self._lock = Lock()
        self._is_gone = False
        self._do_anew = do_anew
        self.listening = Thread(target=self._listen, daemon=True)
        self.listening.start()

    def take(self, job: _Job) -> bool:
        """Give it a job; False when the process is gone."""
        with self._lock:
            if self._is_gone:
                return False
            self.jobs[job.number] = job
            self._send((job.number, job.run))
            return True

    def send(self, message: Any) -> None:
        """Tell the process something."""
        with self._lock:
            self._send(message)

    def _send(self, message: Any) -> None:
        with suppress(OSError):  # it is gone: `_listen` notices, and sees to its jobs
            self._pipe.send(message)

    def _listen(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                number, result, error = self._pipe.recv()
                if number is _END:
                    self.traffic = result
                    continue
                job = self.jobs.pop(number)
                if error is None:
                    job.future.set_result(result)
                else:
                    job.future.set_exception(error)
        with self._lock:
            self._is_gone = True
            left = list(self.jobs.values())
            self.jobs.clear()
        self.process.join()
        for job in left:
            self._do_anew(job, f"its process ended with status {self.process.exitcode}")


def work(pipe: Connection, threads: int, workshop: Workshop) -> None:
    """What a process does: jobs as they come, until it is told to end."""
    stop = Event()
    answering = Lock()

    def answer(number: int, run: Callable[[], Any]) -> None:
        reply: tuple[int, Any, WorkerDied | None]
        try:
            reply = (number, run(), None)
        except Exception as error:
            reply = (number, None, WorkerDied(kind_of(error)))
        with answering:
            pipe.send(reply)

    try:
        workshop.open(stop)
        interpreter.tune()
        with ThreadPoolExecutor(threads) as pool:
            while (message := pipe.recv()) is not _END:
                if message == _STOP:
                    stop.set()
                else:
                    pool.submit(answer, *message)
    except EOFError:
        _exit(1)  # the coordinator is gone, as if killed: nothing is begun or finished for it
    pipe.send((_END, workshop.traffic(), None))
    workshop.close()
    pipe.close()


@contextmanager
def _without_signals() -> Iterator[None]:
    """What is started inside never gets SIGINT or SIGTERM: what they mean, the coordinator says."""
    # Begun now and not with the first process: it unblocks both signals where it is begun.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
