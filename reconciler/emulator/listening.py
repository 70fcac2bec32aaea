"""Settings of the servers: loopback only, without logs, and fast on kept connections."""

from __future__ import annotations

import socket
from typing import Any

import uvicorn

from reconciler.emulator.app import Machine

HOST = "127.0.0.1"
BACKLOG = 2048
KEEP_ALIVE_S = 120
GRACE_S = 1


def listen(port: int) -> socket.socket:
    """Open the listening socket; port 0 takes a free one.

    It must name its protocol: asyncio turns Nagle's algorithm off only for sockets that do, and
    with it every answer on a kept connection takes 40 ms.

    Raises OSError when the port is taken.
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


def server(app: Machine, **tls: Any) -> uvicorn.Server:
    """Return a server that answers with `app`; `tls` are uvicorn's options for it."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        # The application dates its answers by the emulator's clock.
        date_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        **tls,
    )
    config.load()
    return uvicorn.Server(config)
