"""How does a request get its answer?

An ASGI application without a router: two hosts in one, told apart by their paths.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from reconciler.emulator import arm, effects, entra
from reconciler.emulator.control import PREFIX, control
from reconciler.emulator.faults import Effect
from reconciler.emulator.wire import Receive, Scope, Send, read_request, send_answer
from reconciler.emulator.world import World


class Azure:
    """The ASGI application."""

    def __init__(self, world: World, disconnect: Callable[[Scope], None]) -> None:
        """`disconnect` closes the connection that a request came by."""
        self._world = world
        self._disconnect = disconnect
        self._control = control(world)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"].startswith(PREFIX):
            await self._control(scope, receive, send)
            return
        request = await read_request(scope, receive)
        host = entra if entra.owns(request.path) else arm
        call = host.understand(request, self._world)
        self._world.requests.note(call, self._world.clock.now())
        effect = self._world.effect_on(call) or Effect()
        await _pause(self._world.latency_s + effect.latency_s)
        answer = effects.answer(effect, call, host.carry_out, self._world)
        await _pause(effect.slow_answer_s)
        if answer.connection != "drop":
            await send_answer(answer, send)
        if answer.connection != "keep":
            self._disconnect(scope)
            # To end before the server has noticed would make it answer 500 by itself.
            await receive()


async def _pause(seconds: float) -> None:
    if seconds:
        await asyncio.sleep(seconds)
