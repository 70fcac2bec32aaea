"""Control routes of the running emulator, under a path that Azure does not have.

They are not counted or logged, and latency and faults do not apply to them. They need no password:
the emulator listens on loopback only and contains no real data.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from reconciler.emulator.control import sign_ins, views
from reconciler.emulator.seed.fields import BadSeed, Fields
from reconciler.emulator.seed.sections import read_link, read_place, read_switches
from reconciler.emulator.seed.seed import read
from reconciler.emulator.world import World

PREFIX = "/_emulator"
Handler = Callable[[Any], Any]
NOTHING: dict[str, Any] = {}
"""What a handler gets where the request has no body. `{}` in a body is another dictionary."""


def control(world: World) -> Starlette:
    """Return the application that serves the control routes of `world`."""
    routes: dict[tuple[str, str], Handler] = {
        ("GET", "state"): lambda body: views.state(world),
        ("GET", "requests"): lambda body: views.requests(world),
        ("GET", "faults"): lambda body: views.faults(world),
        ("POST", "faults"): lambda body: _add_faults(world, body),
        ("DELETE", "faults"): lambda body: _clear_faults(world),
        ("POST", "links"): lambda body: _write_link(world, body),
        ("POST", "clock"): lambda body: _move_clock(world, body),
        ("POST", "switches"): lambda body: _switch(world, body),
        ("POST", "reset"): lambda body: _reset(world, body),
        **sign_ins.routes(world),
    }
    return Starlette(
        routes=[
            Route(f"{PREFIX}/{name}", _endpoint(handler), methods=[method])
            for (method, name), handler in routes.items()
        ]
    )


def _endpoint(handler: Handler) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def endpoint(request: Request) -> JSONResponse:
        text = await request.body()
        try:
            return JSONResponse(handler(json.loads(text) if text.strip() else NOTHING))
        except BadSeed as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        except ValueError as error:
            return JSONResponse({"error": f"the body is not JSON: {error}"}, status_code=400)

    return endpoint


def _add_faults(world: World, body: Any) -> Any:
    """Add one fault, or a list of them; all or none."""
    wanted = read({"faults": body if isinstance(body, list) else [body]}).faults
    for rule in wanted:
        world.add_fault(rule)
    return views.faults(world)


def _clear_faults(world: World) -> Any:
    world.faults.clear()
    return views.faults(world)


def _write_link(world: World, body: Any) -> Any:
    """Change a link as another party.

    With an ID alone it counts as a write; with `version` or a time it replaces the whole record.
    """
    entry = Fields(body, "")
    if set(body) <= {"tenant", "client_id", "object_id", "partner_id"}:
        place = read_place(entry, world.directory)
        if "partner_id" not in body:
            raise BadSeed("partner_id: is missing; null removes the link")
        partner_id = entry.partner_id("partner_id")
        if partner_id is None:
            world.links.unlink(place)
        else:
            world.links.put(place, partner_id)
    else:
        link = read_link(entry, world.directory)
        place = link.place
        world.plant(link)
    return views.link(place, world.links.records.get(place))


def _move_clock(world: World, body: Any) -> Any:
    """Set, advance, freeze or let run, in this order."""
    entry = Fields(body, "")
    time, seconds = entry.time("set"), entry.seconds("advance_s", can_be_negative=True)
    is_frozen = entry.flag("freeze")
    entry.finish()
    if time is not None:
        world.clock.set(time)
    if seconds is not None:
        world.clock.advance(seconds)
    if "freeze" in entry:
        (world.clock.freeze if is_frozen else world.clock.run)()
    return views.clock(world)


def _switch(world: World, body: Any) -> Any:
    """Change switches, times, or who signs in without being asked."""
    entry = Fields(body, "")
    switches = read_switches(entry, world.links.switches)
    latency_s = entry.seconds("latency_s")
    lifetime_s = entry.whole("token_lifetime_s", least=1)
    interval_s = entry.whole("device_code_interval_s", least=1)
    approve_as = entry.text("approve_as")
    entry.finish()
    world.links.switches = switches
    world.latency_s = world.latency_s if latency_s is None else latency_s
    world.token_lifetime_s = lifetime_s or world.token_lifetime_s
    world.device_code_interval_s = interval_s or world.device_code_interval_s
    world.approve_as = world.approve_as if approve_as is None else approve_as.lower()
    return views.switches(world)


def _reset(world: World, body: Any) -> Any:
    """Start again, with the seed in the body if there is one; `{}` is a seed that lists nothing."""
    world.reset(None if body is NOTHING else read(body))
    return views.state(world)
