"""Findings of the access check: links that do not count, and customers that delegate nothing."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from reconciler.core.access.link_access import access_of
from reconciler.core.access.sentences import WHY_PERMANENT, Principal, minute, request_of
from reconciler.core.access.values import (
    COUNTING,
    Access,
    AccessReason,
    AccessVerdict,
    Assignment,
    Covered,
    Workload,
)
from reconciler.core.customers.directories import unresolved_remark
from reconciler.core.findings import SOON, Finding
from reconciler.core.links import Change, Observed, ObservedState


def access_findings(
    changes: Sequence[Change], listed: Collection[str], unresolved: Sequence[str], now: datetime
) -> Iterator[Finding]:
    """The findings, in the file's order.

    listed      the GUID of every tenant that the file names
    unresolved  the domains of the file whose GUID could not be found
    now         UTC
    """
    reported: set[str] = {"", *listed}
    for change in changes:
        access, seen = access_of(change), change.observed
        if access is None or seen is None:
            continue
        if seen.state is ObservedState.LINKED:
            yield from _none(change, seen, access)
            yield from _ends(change, seen, access, now)
        for covered in access.covers:
            yield from _covered(change, seen, covered)
        for delegation in access.delegations:
            if delegation.tenant_id not in reported:
                reported.add(delegation.tenant_id)
                yield _not_listed(change, delegation.tenant_id, unresolved)


def _none(change: Change, seen: Observed, access: Access) -> Iterator[Finding]:
    if access.verdict is AccessVerdict.NONE:
        is_role = access.workload is Workload.AZURE
        what = "without a role that counts" if is_role else "without anything that counts"
        yield Finding(
            "access_none",
            f"linked, but {what}: {access.message}",
            access.hint or "",
            change.place.tenant,
            change.place.identity,
            seen.tenant_id,
        )


def _ends(change: Change, seen: Observed, access: Access, now: datetime) -> Iterator[Finding]:
    """A finding if the last role that counts on a subscription ends soon."""
    held: dict[str, list[Assignment]] = {}
    for each in access.assignments:
        if each.counts in COUNTING:
            held.setdefault(each.subscription_id, []).append(each)
    last = [
        max(ends)
        for assignments in held.values()
        if len(ends := [each.until for each in assignments if each.until]) == len(assignments)
    ]
    soon = [end for end in last if end - now <= SOON]
    if soon:
        where = f"on {len(soon)} of {access.subscriptions} subscriptions"
        yield Finding(
            "access_ends",
            f"the role that counts ends {where}, the first at {minute(min(soon))}",
            f"ask the customer for a permanent assignment, because {WHY_PERMANENT}",
            change.place.tenant,
            change.place.identity,
            seen.tenant_id,
        )


def _covered(change: Change, seen: Observed, covered: Covered) -> Iterator[Finding]:
    """A finding about a customer that delegates nothing, or no role that counts."""
    if covered.verdict is not AccessVerdict.NONE:
        return
    principal = Principal(str(seen.tenant_id), str(seen.object_id), is_app=True)
    hint = f"ask the customer to {request_of(principal, (), is_delegated=True)}"
    by = f"{change.place.tenant} / {change.place.identity}"
    if covered.reason is AccessReason.NO_SUBSCRIPTION:
        yield Finding(
            "covers_nothing",
            f"{by} covers this customer, but no subscription of the customer is delegated to it",
            f"{hint}; or remove the customer from covers:",
            covered.tenant,
            tenant_id=covered.tenant_id,
        )
    else:
        yield Finding(
            "access_none",
            f"{by} covers this customer, but no role that counts is delegated to it",
            hint,
            covered.tenant,
            tenant_id=covered.tenant_id,
        )


def _not_listed(change: Change, tenant_id: str, unresolved: Sequence[str]) -> Finding:
    return Finding(
        "delegated_not_listed",
        f"directory {tenant_id} delegates subscriptions to {change.place.identity}, "
        "but the file does not name it",
        f"add it to the file and to covers: of {change.place.tenant}"
        + unresolved_remark(unresolved),
        change.place.tenant,
        change.place.identity,
        tenant_id,
    )
