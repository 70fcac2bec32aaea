"""ASGI applications of the emulator: they log a request, apply faults and latency, and answer.

They need no router: one application serves several hosts, which it tells apart by their paths.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from email.utils import formatdate
from typing import Protocol

from reconciler.emulator import fault_effects
from reconciler.emulator.arm import routes as arm
from reconciler.emulator.control import routes as control
from reconciler.emulator.entra import routes as entra
from reconciler.emulator.messages import (
    Answer,
    Receive,
    Request,
    Scope,
    Send,
    read_request,
    send_answer,
)
from reconciler.emulator.platforms import imds, key_vault, pipelines
from reconciler.emulator.request_log import Call
from reconciler.emulator.services import dataverse, discovery, graph, partner_center
from reconciler.emulator.state.clock import TICKS_PER_SECOND
from reconciler.emulator.state.faults import NO_EFFECT
from reconciler.emulator.world import World

Disconnect = Callable[[Scope], None]

HOSTS = (entra, key_vault, pipelines, graph, partner_center, discovery, dataverse)
"""The modules of hosts that own some paths. All other paths are ARM's."""

POLL_S = 0.1
"""How often a call that waits looks whether it still has to."""


class Host(Protocol):
    """The interface of a host's module: it parses requests and answers them."""

    def understand(self, request: Request, world: World) -> Call:
        """Say what a request asks for."""
        ...

    def carry_out(self, call: Call, world: World) -> Answer:
        """Do what the call asks and answer it."""
        ...


class Machine:
    """The ASGI application for this machine only, over plain HTTP."""

    def __init__(self, world: World, disconnect: Disconnect) -> None:
        """`disconnect` closes the connection that a request came by."""
        self._world = world
        self._disconnect = disconnect
        self._dated = (0, b"")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = await read_request(scope, receive)
        host = self._host(request.path)
        call = host.understand(request, self._world)
        self._world.requests.note(call, self._world.clock.now())
        effect = self._world.effect_on(call) or NO_EFFECT
        resets = self._world.resets
        await self._pause(self._world.latency_s + effect.latency_s)
        if self._world.resets == resets:
            answer = fault_effects.answer(effect, call, host.carry_out, self._world)
        else:  # it was meant for a world that is gone
            answer = fault_effects.DROPPED
        await self._pause(effect.slow_answer_s)
        if answer.connection != "drop":
            await send_answer(answer._replace(headers=[self._date(), *answer.headers]), send)
        if answer.connection != "keep":
            self._disconnect(scope)
            # If this ended before the server has noticed, the server would answer 500.
            await receive()

    async def _pause(self, seconds: float) -> None:
        """Wait so long, or until the faults are cleared or the world is reset."""
        world, loop = self._world, asyncio.get_running_loop()
        ends_at, begun = loop.time() + seconds, (world.resets, world.faults.times_cleared)
        while (left := ends_at - loop.time()) > 0:
            if (world.resets, world.faults.times_cleared) != begun:
                break
            await asyncio.sleep(min(left, POLL_S))

    def _host(self, path: str) -> Host:  # noqa: ARG002
        return imds

    def _date(self) -> tuple[bytes, bytes]:
        """Return the header that says when, which clients compare with their own clock."""
        now_s = self._world.clock.now() // TICKS_PER_SECOND
        if self._dated[0] != now_s:
            self._dated = (now_s, formatdate(now_s, usegmt=True).encode())
        return b"date", self._dated[1]


class Azure(Machine):
    """The ASGI application for all clients, over TLS, and for the control routes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or do what a control route says."""
        if scope["path"].startswith(control.PREFIX):
            request = await read_request(scope, receive)
            await send_answer(control.answer(request, self._world), send)
        else:
            await super().__call__(scope, receive, send)

    def _host(self, path: str) -> Host:
        return next((host for host in HOSTS if host.owns(path)), arm)
