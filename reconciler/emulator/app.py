"""How does a request get its answer?

An ASGI application without a router: two hosts in one, told apart by their paths.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from reconciler.emulator import arm, entra
from reconciler.emulator.wire import Receive, Scope, Send, read_request, send_answer
from reconciler.emulator.world import World


class Azure:
    """The ASGI application."""

    def __init__(self, world: World, disconnect: Callable[[Scope], None]) -> None:
        """`disconnect` closes the connection that a request came by."""
        self._world = world
        self._disconnect = disconnect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = await read_request(scope, receive)
        host = entra if entra.owns(request.path) else arm
        call = host.understand(request, self._world)
        self._world.requests.note(call, self._world.clock.now())
        if self._world.latency_s:
            await asyncio.sleep(self._world.latency_s)
        await send_answer(host.carry_out(call, self._world), send)
