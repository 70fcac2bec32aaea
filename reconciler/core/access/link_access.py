"""Access of links: what a read found, as views, filters and JSON use it."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from reconciler.core.access.values import Access, AccessVerdict, Assignment
from reconciler.core.links import Change
from reconciler.core.plan_json import Data, iso


def access_of(change: Change) -> Access | None:
    """The access of a link's principal; None if it was not asked for or the link is unreadable."""
    return change.observed.access if change.observed else None


def has_access(changes: Iterable[Change]) -> bool:
    """Whether access was checked for any of these links."""
    return any(access_of(change) for change in changes)


def count_verdicts(changes: Iterable[Change]) -> dict[str, int]:
    """The number of links with each verdict, in a fixed order."""
    found = (access_of(change) for change in changes)
    counts = Counter(access.verdict for access in found if access)
    return {verdict.value: counts[verdict] for verdict in AccessVerdict}


def access_data(access: Access | None) -> Data | None:
    """The access of a link as JSON data."""
    if access is None:
        return None
    return {
        "workload": access.workload.value,
        "verdict": access.verdict.value,
        "reason": access.reason.value,
        "message": access.full_message,
        "hint": access.hint,
        "assignments": [_assignment(each) for each in access.assignments],
        "subscriptions": access.subscriptions,
        "complete": access.complete,
        "checked_at": iso(access.checked_at),
        "covers": [
            {
                "tenant": each.tenant,
                "tenant_id": each.tenant_id,
                "verdict": each.verdict.value,
                "reason": each.reason.value,
            }
            for each in access.covers
        ],
    }


def cleaned(access: Access | None, clean: Callable[[str], str]) -> Access | None:
    """The same with every text from Azure changed by `clean`."""
    if access is None:
        return None
    return replace(
        access,
        message=clean(access.message),
        hint=access.hint and clean(access.hint),
        assignments=tuple(
            replace(each, role=clean(each.role), scope=clean(each.scope))
            for each in access.assignments
        ),
        covers=tuple(replace(each, message=clean(each.message)) for each in access.covers),
        delegations=tuple(
            replace(each, message=clean(each.message)) for each in access.delegations
        ),
    )


def _assignment(each: Assignment) -> Data:
    return {
        "subscription_id": each.subscription_id,
        "scope": each.scope,
        "role": each.role,
        "role_id": each.role_id,
        "counts": each.counts.value,
        "through_group": each.through_group,
        "conditional": each.conditional,
        "until": iso(each.until) if each.until else None,
    }
