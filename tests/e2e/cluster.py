"""A real Dask cluster on loopback: a scheduler and workers as separate processes."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

WAIT_S = 60


@dataclass(frozen=True)
class Cluster:
    """The scheduler's address, and the workers' processes."""

    address: str
    workers: list["subprocess.Popen[bytes]"]
    scheduler: "subprocess.Popen[bytes]"


@contextmanager
def cluster(path: Path, env: dict[str, str], workers: int = 2) -> Iterator[Cluster]:
    """Start a scheduler and this many workers with four threads each; stop them at the end."""
    path.mkdir()
    file = path / "scheduler.json"
    local = ("--host", "127.0.0.1", "--no-dashboard")
    with ExitStack() as stack:

        def start(*arguments: str) -> "subprocess.Popen[bytes]":
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments, *local],
                cwd=path,
                env=env,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(process.wait, 30)
            stack.callback(process.kill)
            return process

        scheduler = start("scheduler", "--port", "0", "--scheduler-file", str(file))
        _wait_for(file)
        from json import loads

        address = loads(file.read_text())["address"]
        options = ("--nthreads", "4", "--no-nanny", "--local-directory", str(path))
        yield Cluster(
            address,
            [start("worker", address, *options, "--name", f"w{n}") for n in range(workers)],
            scheduler,
        )


def _wait_for(file: Path) -> None:
    ends_at = time.monotonic() + WAIT_S
    while not (file.exists() and file.stat().st_size):
        assert time.monotonic() < ends_at, "no scheduler came up"
        time.sleep(0.05)
