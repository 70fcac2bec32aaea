"""The emulator as a context manager that serves on loopback.

It serves over TLS with its own certificate authority, and over plain HTTP on a second port for
services that only the machine itself can reach.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import trustme
import uvicorn

from reconciler.emulator.app import Azure, Machine
from reconciler.emulator.listening import HOST, listen, server
from reconciler.emulator.messages import Scope
from reconciler.emulator.seed.seed import Seed, load, read
from reconciler.emulator.state.clock import Clock
from reconciler.emulator.state.workloads import environment
from reconciler.emulator.world import World

POLL_S = 0.002


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose time continues even if a test changes the clock of the process."""

    def time(self, now: Callable[[], float] = time.monotonic) -> float:
        return now()


class Emulator:
    """An emulated Azure in a thread of its own, for as long as the `with` block lasts."""

    def __init__(
        self,
        *,
        seed: Seed | Path | dict[str, Any] | None = None,
        port: int = 0,
        ca_dir: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Prepare an Azure; it listens inside the `with` block.

        seed: what it holds at its start: a file, a mapping of the same shape, or nothing
        port: 0 takes a free one
        ca_dir: where `ca.pem` is written; a private directory by default, gone at the end

        Raises BadSeed when the seed cannot be used.
        """
        self.state = World(_read_seed(seed), clock)
        self._port = port
        self._ca_dir = ca_dir

    @property
    def endpoint(self) -> str:
        """The base URL of both ARM and Entra, without a slash at its end."""
        return self.state.endpoint

    @property
    def ca_path(self) -> Path:
        """The PEM file of the authority that signed the server's certificate."""
        return self._ca_path

    @property
    def plain_endpoint(self) -> str:
        """The base URL of the managed identity's token endpoints, without a slash at its end."""
        return self.state.plain_endpoint

    def environment(self, kind: str) -> dict[str, str]:
        """Return the variables that a machine of this kind has set.

        kind: `imds`, `app_service`, `github` or `azure_pipelines`
        """
        return environment(self.endpoint, self.plain_endpoint, self.state.machine_secret)[kind]

    def __enter__(self) -> Emulator:
        """Start to listen; return when requests are answered.

        Raises OSError when the port is taken or the CA's directory cannot be written.
        """
        with ExitStack() as stack:
            listeners = [stack.enter_context(listen(port)) for port in (self._port, 0)]
            ports = [listener.getsockname()[1] for listener in listeners]
            self.state.endpoint = f"https://{HOST}:{ports[0]}"
            self.state.plain_endpoint = f"http://{HOST}:{ports[1]}"
            private = stack.enter_context(tempfile.TemporaryDirectory(prefix="pal-emulator-"))
            self._servers = [
                self._over_tls(Path(private)),
                server(Machine(self.state, self._disconnect)),
            ]
            started = threading.Event()
            thread = threading.Thread(
                target=lambda: self._run(listeners, started),
                name="pal-emulator",
                daemon=True,
            )
            thread.start()
            stack.callback(self._stop, thread)
            started.wait()
            self._open = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop; requests under way have a second to end."""
        self._open.close()

    def _over_tls(self, private: Path) -> uvicorn.Server:
        """Prepare the server. Its private key is on the disk only while it is loaded."""
        authority = trustme.CA(organization_name="pal-reconcile emulator")
        certificate = authority.issue_cert(HOST, "localhost", "::1")
        ca_dir = self._ca_dir or private
        ca_dir.mkdir(parents=True, exist_ok=True)
        self._ca_path = ca_dir / "ca.pem"
        self._ca_path.write_bytes(authority.cert_pem.bytes())
        with certificate.private_key_and_cert_chain_pem.tempfile() as key_path:
            return server(Azure(self.state, self._disconnect), ssl_certfile=key_path)

    def _run(self, listeners: list[socket.socket], started: threading.Event) -> None:
        with asyncio.Runner(loop_factory=_Loop) as runner:
            runner.run(self._serve(listeners, started))

    async def _serve(self, listeners: list[socket.socket], started: threading.Event) -> None:
        serving = [
            asyncio.create_task(running.serve(sockets=[listener]))
            for running, listener in zip(self._servers, listeners, strict=True)
        ]
        while not (
            all(running.started for running in self._servers)
            or any(task.done() for task in serving)
        ):
            await asyncio.sleep(POLL_S)
        started.set()
        await asyncio.gather(*serving)
        self._abort(lambda connection: True)  # TLS waits for the client to close, too
        await asyncio.sleep(0)

    def _stop(self, thread: threading.Thread) -> None:
        for running in self._servers:
            running.should_exit = True
        thread.join()

    def _disconnect(self, scope: Scope) -> None:
        """Close the connection that a request came by, without another byte."""
        self._abort(lambda connection: connection.client == scope["client"])

    def _abort(self, is_meant: Callable[[Any], bool]) -> None:
        for running in self._servers:
            for connection in filter(is_meant, list(running.server_state.connections)):
                connection.transport.abort()


def _read_seed(seed: Seed | Path | dict[str, Any] | None) -> Seed:
    if isinstance(seed, Seed):
        return seed
    if isinstance(seed, Path):
        return load(seed)
    return read({} if seed is None else seed)


def serve(
    on_ready: Callable[[str, Path], None],
    *,
    seed: Seed | Path | None = None,
    port: int = 0,
    ca_dir: Path | None = None,
) -> None:
    """Run an emulator until SIGINT or SIGTERM, from the main thread; then return.

    on_ready: is called once with the endpoint and the CA's path, when requests are answered

    Raises BadSeed when the seed cannot be used, OSError when the port is taken.
    """
    stop = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        stop.set()

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with Emulator(seed=seed, port=port, ca_dir=ca_dir) as azure:
            on_ready(azure.endpoint, azure.ca_path)
            stop.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
