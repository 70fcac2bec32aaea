"""Access through Azure Lighthouse: a verdict for each customer that a link covers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reconciler.core.access.link_access import access_of
from reconciler.core.access.sentences import Principal, request_of
from reconciler.core.access.values import (
    Access,
    AccessReason,
    AccessVerdict,
    Covered,
)
from reconciler.core.links import Change


def with_covers(
    changes: Sequence[Change], tenant_ids: Mapping[str, str | None]
) -> tuple[Change, ...]:
    """The links, with a verdict about each customer that they cover.

    tenant_ids  the GUID of each covered customer by name; None if its domain cannot be resolved
    """
    return tuple(_with_covers(change, tenant_ids) for change in changes)


def _with_covers(change: Change, tenant_ids: Mapping[str, str | None]) -> Change:
    access, seen = access_of(change), change.observed
    if not (access and seen and change.wanted.covers):
        return change
    covers = tuple(_covered(name, tenant_ids.get(name), access) for name in change.wanted.covers)
    hint = access.hint
    if access.reason is AccessReason.NO_SUBSCRIPTION:
        principal = Principal(str(seen.tenant_id), str(seen.object_id), is_app=True)
        hint = f"ask the customers to {request_of(principal, (), is_delegated=True)}"
    checked = replace(access, covers=covers, hint=hint)
    return replace(change, observed=replace(seen, access=checked))


def _covered(name: str, tenant_id: str | None, access: Access) -> Covered:
    """The verdict about one customer. Without a list of subscriptions nothing is known."""
    found = next((d for d in access.delegations if d.tenant_id == tenant_id), None)
    if found:
        return Covered(
            name, tenant_id, found.verdict, found.reason, found.message, found.subscriptions
        )
    is_malformed = any(d.tenant_id == "" for d in access.delegations)
    if tenant_id and not is_malformed and (access.complete or access.subscriptions):
        message = "no subscription is delegated to this principal"
        return Covered(name, tenant_id, AccessVerdict.NONE, AccessReason.NO_SUBSCRIPTION, message)
    message = "whether a subscription is delegated could not be read"
    return Covered(name, tenant_id, AccessVerdict.CANNOT_TELL, AccessReason.INCOMPLETE, message)
