"""How does the emulator run? On loopback, over TLS, with a certificate authority of its own."""

from __future__ import annotations

import asyncio
import signal
import socket
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import trustme
import uvicorn

from reconciler.emulator.app import Azure
from reconciler.emulator.clock import Clock
from reconciler.emulator.seed import Seed, load, read
from reconciler.emulator.wire import Scope
from reconciler.emulator.world import World

HOST = "127.0.0.1"
BACKLOG = 2048
KEEP_ALIVE_S = 120
GRACE_S = 1
POLL_S = 0.002


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

    def __enter__(self) -> Emulator:
        """Start to listen; return when requests are answered.

        Raises OSError when the port is taken or the CA's directory cannot be written.
        """
        with ExitStack() as stack:
            listener = stack.enter_context(_listen(self._port))
            self.state.endpoint = f"https://{HOST}:{listener.getsockname()[1]}"
            private = stack.enter_context(tempfile.TemporaryDirectory(prefix="pal-emulator-"))
            self._server = uvicorn.Server(self._configure(Path(private)))
            started = threading.Event()
            thread = threading.Thread(
                target=lambda: asyncio.run(self._serve(listener, started)),
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

    def _configure(self, private: Path) -> uvicorn.Config:
        """Prepare the server. Its private key is on the disk only while it is loaded."""
        authority = trustme.CA(organization_name="pal-reconcile emulator")
        certificate = authority.issue_cert(HOST, "localhost", "::1")
        ca_dir = self._ca_dir or private
        ca_dir.mkdir(parents=True, exist_ok=True)
        self._ca_path = ca_dir / "ca.pem"
        self._ca_path.write_bytes(authority.cert_pem.bytes())
        with certificate.private_key_and_cert_chain_pem.tempfile() as key_path:
            config = uvicorn.Config(
                Azure(self.state, self._disconnect),
                ssl_certfile=key_path,
                lifespan="off",
                ws="none",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=GRACE_S,
            )
            config.load()
        return config

    async def _serve(self, listener: socket.socket, started: threading.Event) -> None:
        serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started and not serving.done():
            await asyncio.sleep(POLL_S)
        started.set()
        await serving

    def _stop(self, thread: threading.Thread) -> None:
        self._server.should_exit = True
        thread.join()

    def _disconnect(self, scope: Scope) -> None:
        """Close the connection that a request came by, without another byte."""
        connection: Any
        for connection in list(self._server.server_state.connections):
            if connection.client == scope["client"]:
                connection.transport.abort()


def _listen(port: int) -> socket.socket:
    """Open the listening socket.

    It must name its protocol: asyncio turns Nagle's algorithm off only for sockets that do, and
    with it every answer on a kept connection takes 40 ms.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


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

    def note(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with Emulator(seed=seed, port=port, ca_dir=ca_dir) as azure:
            on_ready(azure.endpoint, azure.ca_path)
            stop.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
