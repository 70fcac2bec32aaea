"""Runs of the command as forks of one process that has loaded everything it may import.

Each run is a process of its own, with its own arguments, environment, working directory and exit
status. Only the start is saved: loading the program takes most of the time of a short run.
"""

import ast
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Request:
    """One run: its arguments, from argv[0] on, its environment and its working directory."""

    arguments: list[str]
    env: dict[str, str]
    cwd: str


class Forks:
    """The client: starts the server, and asks it for runs."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="pal-forks-")
        self._path = str(Path(self._folder.name) / "socket")
        with socket.socket(socket.AF_UNIX) as subscriber:
            subscriber.bind(self._path)
            subscriber.listen(64)
            self._server = subprocess.Popen(
                [sys.executable, "-m", "tests.e2e.forks", str(subscriber.fileno())],
                cwd=ROOT,
                pass_fds=[subscriber.fileno()],
                stdin=subprocess.PIPE,  # its end ends the server
                stdout=subprocess.DEVNULL,
            )

    def close(self) -> None:
        """End the server."""
        self._server.communicate()
        self._folder.cleanup()

    def run(self, request: Request, timeout_s: float) -> tuple[int, str, str]:
        """Run the command to its end: its exit status, stdout and stderr.

        Raises TimeoutExpired after it has killed a run that took too long.
        """
        with (
            socket.socket(socket.AF_UNIX) as connection,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            connection.settimeout(timeout_s)
            connection.connect(self._path)
            files = [out.fileno(), err.fileno()]
            connection.sendall(b"\n")
            socket.send_fds(connection, [b"\n"], files)
            with connection.makefile("rw", encoding="utf-8") as stream:
                stream.write(json.dumps(asdict(request)) + "\n")
                stream.flush()
                pid = int(stream.readline())
                try:
                    status = int(stream.readline())
                except TimeoutError:
                    os.kill(pid, signal.SIGKILL)
                    raise subprocess.TimeoutExpired(request.arguments, timeout_s) from None
            out.seek(0)
            err.seek(0)
            return status, out.read().decode(), err.read().decode()


@cache
def forks() -> Forks:
    """The server of this process, started at the first use; `end` ends it."""
    return Forks()


def end() -> None:
    """End the server, if there is one, so that its coverage is on disk."""
    if forks.cache_info().currsize:
        forks().close()
        forks.cache_clear()


def _serve(subscriber: socket.socket) -> Request | None:
    """Answer requests. Returns the request in a forked run, and None in the server at its end."""
    while True:
        ready, _, _ = select.select([subscriber, sys.stdin], [], [])
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # supervisors that have ended
                pass
        if sys.stdin in ready:
            return None
        connection, _ = subscriber.accept()
        if os.fork() == 0:
            subscriber.close()
            return _supervise(connection)
        connection.close()


def _supervise(connection: socket.socket) -> Request:
    """Fork the run, report its process ID and its status. Returns in the run only."""
    connection.recv(1)
    _, files, _, _ = socket.recv_fds(connection, 1, 2)
    stream = connection.makefile("rw", encoding="utf-8")
    request = Request(**json.loads(stream.readline()))
    pid = os.fork()
    if pid == 0:
        stream.detach()
        connection.close()
        _become(request, files)
        return request
    stream.write(f"{pid}\n")
    stream.flush()
    _, status = os.waitpid(pid, 0)
    stream.write(f"{os.waitstatus_to_exitcode(status)}\n")
    stream.flush()
    os._exit(0)


def _become(request: Request, files: list[int]) -> None:
    """Take on what the run was given: files, folder, environment and arguments."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for target, file in enumerate(files, start=1):
        os.dup2(file, target)
        os.close(file)
    os.chdir(request.cwd)
    os.environ.clear()
    os.environ.update(request.env)
    time.tzset()
    sys.argv = request.arguments


def _imports() -> Iterator[str]:
    """Every module that the package imports, at the top of a module or within a function."""
    for path in sorted((ROOT / "reconciler").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module


def _load() -> None:
    for name in sorted(set(_imports())):
        if name.partition(".")[0] not in ("distributed", "dask", "apprise", "__future__"):
            try:
                importlib.import_module(name)
            except ImportError:  # of another platform
                continue


def main() -> None:
    """The server; and, in each fork, the command."""
    subscriber = socket.socket(fileno=int(sys.argv[1]))
    _load()
    gc.collect()
    gc.freeze()  # a collector that looks at shared memory would have each run copy it
    if _serve(subscriber) is not None:
        from reconciler.__main__ import main as command

        command()


if __name__ == "__main__":
    main()
