"""Control routes of the running emulator, under a path that Azure does not have.

They are not counted or logged, and latency and faults do not apply to them. They need no password:
the emulator listens on loopback only and contains no real data.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from reconciler.emulator.control import settings, sign_ins, views
from reconciler.emulator.messages import Answer, Request, json_answer
from reconciler.emulator.seed.access_sections import AccessSections
from reconciler.emulator.seed.fields import BadSeed, Part, check
from reconciler.emulator.seed.sections import LinkChange
from reconciler.emulator.seed.seed import read
from reconciler.emulator.seed.services import ServiceSections
from reconciler.emulator.world import World

PREFIX = "/_emulator/"
Handler = Callable[[Any, World], Any]
NOTHING: dict[str, Any] = {}
"""What a handler gets where the request has no body. `{}` in a body is another dictionary."""


def answer(request: Request, world: World) -> Answer:
    """Do what a control route says and return the JSON that it shows."""
    name = request.path.removeprefix(PREFIX)
    handler = ROUTES.get((request.method, name))
    if handler is None:
        is_known = any(name == known for _, known in ROUTES)
        error = "this route has another method" if is_known else f"there is no route {name!r}"
        return json_answer(405 if is_known else 404, {"error": error})
    try:
        body = json.loads(request.body) if request.body.strip() else NOTHING
    except ValueError as error:
        return json_answer(400, {"error": f"the body is not JSON: {error}"})
    try:
        return json_answer(200, handler(body, world))
    except BadSeed as error:
        return json_answer(400, {"error": str(error)})


def _add_faults(body: Any, world: World) -> Any:
    """Add one fault, or a list of them; all or none."""
    wanted = read({"faults": body if isinstance(body, list) else [body]}).faults
    for fault in wanted:
        world.add_fault(fault)
    return views.faults(world)


def _clear_faults(_: Any, world: World) -> Any:
    world.faults.clear()
    return views.faults(world)


def _write_link(body: Any, world: World) -> Any:
    """Change a link as another party.

    With an ID alone it counts as a write; with `version` or a time it replaces the whole record.
    """
    if isinstance(body, dict) and not set(body) <= LinkChange.model_fields.keys():
        place = world.plant(body)
    else:
        change = check(LinkChange, body, world.directory)
        place = change.place(world.directory)
        if change.partner_id is None:
            world.links.unlink(place)
        else:
            world.links.put(place, change.partner_id)
    return views.link(place, world.links.records.get(place))


def _change_access(body: Any, world: World) -> Any:
    """Replace the sections of a seed about access that are in the body."""
    changes = check(AccessSections, body, world.directory, **world.sections.context)
    world.change_access(**_given(changes))
    return views.access(world)


def _change_services(body: Any, world: World) -> Any:
    """Replace the sections of a seed about services that are in the body."""
    changes = check(ServiceSections, body, world.directory)
    world.services = world.services.model_copy(update=_given(changes))
    return views.services(world)


def _given(changes: Part) -> dict[str, Any]:
    return {name: getattr(changes, name) for name in changes.model_fields_set}


def _reset(body: Any, world: World) -> Any:
    """Start again, with the seed in the body if there is one; `{}` is a seed that lists nothing."""
    world.reset(None if body is NOTHING else read(body))
    return views.state(world)


ROUTES: Mapping[tuple[str, str], Handler] = {
    ("GET", "state"): lambda _, world: views.state(world),
    ("GET", "requests"): lambda _, world: views.requests(world),
    ("GET", "faults"): lambda _, world: views.faults(world),
    ("POST", "faults"): _add_faults,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "links"): _write_link,
    ("GET", "access"): lambda _, world: views.access(world),
    ("POST", "access"): _change_access,
    ("GET", "services"): lambda _, world: views.services(world),
    ("POST", "services"): _change_services,
    ("POST", "clock"): settings.move_clock,
    ("POST", "switches"): settings.switch,
    ("POST", "reset"): _reset,
    **sign_ins.ROUTES,
}
