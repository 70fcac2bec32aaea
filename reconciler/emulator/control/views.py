"""JSON of the emulator's state, for the control routes."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from reconciler.emulator.seed.access_sections import AccessSections
from reconciler.emulator.seed.services import ServiceSections
from reconciler.emulator.state.clock import format_time
from reconciler.emulator.state.faults import Rule
from reconciler.emulator.state.links import Place, Record
from reconciler.emulator.world import World


def state(world: World) -> dict[str, Any]:
    """Show all links and the number of requests of each operation."""
    log = world.requests
    return {
        "links": [link(place, record) for place, record in list(world.links.records.items())],
        "requests": {
            "total": log.total,
            "by_operation": log.by_operation(),
            "by_tenant": log.by_tenant(),
        },
        **clock(world),
        **switches(world),
        **faults(world),
    }


def link(place: Place, record: Record | None) -> dict[str, Any]:
    """Show one record; `partner_id` is null if it is not linked."""
    where = {"tenant_id": place.tenant_id, "object_id": place.object_id}
    if record is None:
        return {**where, "partner_id": None, "version": 0}
    return {
        **where,
        "partner_id": record.partner_id if record.is_linked else None,
        "partner_name": record.partner_name,
        "version": record.version,
        "created": format_time(record.created),
        "updated": format_time(record.updated),
        "state": record.state,
    }


def requests(world: World) -> dict[str, Any]:
    """Show the request log, oldest first."""
    log = world.requests
    return {"total": log.total, "requests": [entry.as_json() for entry in list(log.entries)]}


def faults(world: World) -> dict[str, Any]:
    """Show the active rules as they were given, with their numbers of matched calls."""
    return {"faults": [_fault(rule) for rule in list(world.faults.rules)]}


def access(world: World) -> dict[str, Any]:
    """Show the sections about access. Tenants are GUIDs."""
    return world.sections.model_dump(
        include=set(AccessSections.model_fields), exclude_defaults=True, mode="json"
    )


def services(world: World) -> dict[str, Any]:
    """Show the sections about services. Tenants are GUIDs."""
    return world.services.model_dump(
        include=set(ServiceSections.model_fields), exclude_defaults=True, mode="json"
    )


def clock(world: World) -> dict[str, Any]:
    """Show the time."""
    return {"clock": {"now": format_time(world.clock.now()), "is_frozen": world.clock.is_frozen}}


def switches(world: World) -> dict[str, Any]:
    """Show the switches and the other settings that can be changed with them."""
    return {
        "switches": {
            **world.links.switches.model_dump(),
            "latency_s": world.latency_s,
            "token_lifetime_s": world.token_lifetime_s,
            "device_code_interval_s": world.device_code_interval_s,
            "approve_as": world.approve_as,
        }
    }


def _fault(rule: Rule) -> dict[str, Any]:
    match = {
        field.name: getattr(rule.match, field.name)
        for field in fields(rule.match)
        if getattr(rule.match, field.name) != field.default
    }
    operations = match.pop("operations", ())
    effect = rule.effect.model_dump(exclude_defaults=True)
    return {"operation": sorted(operations) or "*", **match, **effect, "seen": rule.seen}
