"""Answers about subscriptions, resource groups and resources."""

from __future__ import annotations

from reconciler.emulator.arm import responses
from reconciler.emulator.authorization import answers
from reconciler.emulator.authorization.request_context import (
    RequestContext,
    denied,
    document,
    page,
    subscription_of,
)
from reconciler.emulator.messages import Answer


def subscriptions(asked: RequestContext) -> Answer:
    """List the subscriptions that the caller sees, or show one."""
    narrow = asked.world.links.switches.narrow_subscriptions == "listed"
    found = asked.access.visible(asked.caller, asked.now, narrow=narrow)
    entries = [answers.subscription(one, asked.access) for one in found]
    if asked.scope == "/":
        return page(asked, entries, {"count": {"type": "Total", "value": len(entries)}})
    wanted = [entry for entry in entries if entry["id"] == asked.scope.lower()]
    if not wanted:
        return denied(asked, "Microsoft.Resources/subscriptions/read", asked.scope)
    return document(wanted[0])


def resource_groups(asked: RequestContext) -> Answer:
    """List the resource groups that the caller may read, or show one."""
    action = "Microsoft.Resources/subscriptions/resourceGroups/read"
    names = subscription_of(asked).resource_groups
    readable = [name for name in names if asked.may(action, f"{asked.scope}/resourceGroups/{name}")]
    if asked.target.name:
        wanted = [name for name in readable if name.lower() == asked.target.name.lower()]
        scope = f"{asked.scope}/resourceGroups/{asked.target.name}"
        if not (wanted or asked.may(action, scope)):
            return denied(asked, action, scope)
        if not wanted:
            message = f"Resource group '{asked.target.name}' could not be found."
            return responses.gateway_error(404, "ResourceGroupNotFound", message)
        return document(answers.resource_group(asked.scope, wanted[0]))
    if not (readable or asked.may(action, asked.scope)):
        return denied(asked, action, asked.scope)
    return page(asked, [answers.resource_group(asked.scope, name) for name in readable])


def resources(asked: RequestContext) -> Answer:
    """List the resources that the caller may read."""
    action = "Microsoft.Resources/subscriptions/resources/read"
    subscription = subscription_of(asked)
    found = [
        f"{subscription.scope}/resourceGroups/{name}/providers/{one}"
        for name, resources in subscription.resource_groups.items()
        for one in resources
    ]
    inside = [one for one in found if one.lower().startswith(f"{asked.scope.lower()}/")]
    readable = [one for one in inside if asked.may(_read_action(one), one)]
    if not (readable or asked.may(action, asked.scope)):
        return denied(asked, action, asked.scope)
    return page(asked, [answers.resource(one) for one in readable])


def _read_action(resource_id: str) -> str:
    return f"{resource_id.partition('/providers/')[2].rpartition('/')[0]}/read"
