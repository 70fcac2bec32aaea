"""Control routes for the clock, the switches and the settings that are changed with them.

Each function takes the body of a request and returns the body of the answer.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.control import views
from reconciler.emulator.seed.fields import (
    Difference,
    Flag,
    Lower,
    Part,
    Positive,
    Seconds,
    Time,
    check,
)
from reconciler.emulator.state.switches import Switches
from reconciler.emulator.world import World


class ClockChange(Part):
    """Changes to the clock, made in this order."""

    set: Time | None = None
    advance_s: Difference | None = None
    freeze: Flag | None = None


class SwitchChange(Switches):
    """Changes to switches and settings."""

    latency_s: Seconds | None = None
    token_lifetime_s: Positive | None = None
    device_code_interval_s: Positive | None = None
    approve_as: Lower | None = None


def move_clock(body: Any, world: World) -> Any:
    """Set, advance, freeze or let run, in this order."""
    change = check(ClockChange, body)
    if change.set is not None:
        world.clock.set(change.set)
    if change.advance_s is not None:
        world.clock.advance(change.advance_s)
    if change.freeze is not None:
        (world.clock.freeze if change.freeze else world.clock.run)()
    return views.clock(world)


def switch(body: Any, world: World) -> Any:
    """Change switches, times, or who signs in without being asked."""
    changes = check(SwitchChange, body).model_dump(exclude_unset=True)
    switches = {name: changes.pop(name) for name in set(changes) & Switches.model_fields.keys()}
    world.links.switches = world.links.switches.model_copy(update=switches)
    for name, value in changes.items():
        if value is not None:
            setattr(world, name, value)
    return views.switches(world)
