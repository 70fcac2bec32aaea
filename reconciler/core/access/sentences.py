"""Sentences of the access check: what was found, and the exact request to send to the customer."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from reconciler.core.access.roles import SUPPORT_REQUEST_CONTRIBUTOR
from reconciler.core.access.values import (
    COUNTING,
    AccessReason,
    AccessVerdict,
    Assignment,
    Counts,
)

MINIMAL_ROLE = "Support Request Contributor"
WHY_MINIMAL = (
    "it can open support requests and read role assignments, reads no data, and is on Microsoft's "
    "list"
)
WHY_PERMANENT = "a role that PIM activates counts only while it is active"

MOST_COMMANDS = 3
"""The number of subscriptions up to which each has its own command."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whose access was checked.

    tenant_id  the directory that it signed in to
    is_app     an application or managed identity, and not a person
    """

    tenant_id: str
    object_id: str
    is_app: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """What could not be read.

    left_out  how many subscriptions were not examined
    cause     why the first list that failed could not be read; empty if none failed
    """

    left_out: int = 0
    cause: str = ""


def message_of(
    reason: AccessReason,
    assignments: Sequence[Assignment],
    total: int,
    eligible_role: str | None,
    gap: Gap,
) -> str:
    """What was found, in one sentence.

    total  how many subscriptions the principal can see
    """
    best = _best(assignments)
    if best and best[0].counts in COUNTING:
        return _held(best, total)
    examined = _subscriptions(total)
    match reason:
        case AccessReason.NO_SUBSCRIPTION:
            return "no subscription is visible to this principal"
        case AccessReason.ONLY_PIM_ELIGIBLE:
            return f"{eligible_role} can be activated, but is not active on {examined}"
        case AccessReason.READER_ONLY:
            return f"only roles that Microsoft lists as not eligible: {_names(best)}"
        case AccessReason.INCOMPLETE if gap.left_out:
            return (
                f"{gap.left_out} of {examined} were not examined, and no role that counts was found"
            )
        case AccessReason.INCOMPLETE:
            why = f": {gap.cause}" if gap.cause else ""
            return f"not every role on {examined} could be read{why}"
        case AccessReason.NARROW_ROLE_OR_NO_READ:
            more = f"; {eligible_role} can be activated" if eligible_role else ""
            return f"this principal cannot see its roles on {examined}, or has none{more}"
    return f"whether {_names(best)} counts is not known: it is not on Microsoft's list"


def hint_of(
    verdict: AccessVerdict,
    reason: AccessReason,
    assignments: Sequence[Assignment],
    request: str,
    gap: Gap,
) -> str | None:
    """What to do next; None if nothing has to be done.

    request  what the customer can do, see `request_of`
    """
    if verdict is AccessVerdict.ELIGIBLE:
        is_ending = all(each.until for each in _best(assignments))
        return f"ask for a permanent assignment, because {WHY_PERMANENT}" if is_ending else None
    if reason is AccessReason.INCOMPLETE and gap.left_out:
        return "to examine more, set limits: access_subscriptions in the file; then run again"
    if reason is AccessReason.INCOMPLETE and gap.cause:
        return "run again"
    if verdict is AccessVerdict.PROBABLY:
        return f"to be sure, ask the customer to {request}"
    if reason is AccessReason.ONLY_PIM_ELIGIBLE:
        return f"{WHY_PERMANENT}, so ask the customer to {request}"
    if verdict is AccessVerdict.NONE:
        return f"ask the customer to {request}"
    return f"ask the customer which role this principal has, or to {request}"


def request_of(principal: Principal, own: Sequence[str], *, is_delegated: bool) -> str:
    """The exact request to the customer; completes "ask the customer to …".

    own           the visible subscriptions of the directory in which the principal is
    is_delegated  whether it can see subscriptions of other directories
    """
    if is_delegated and not own:
        return f"add this to their Azure Lighthouse offer: {lighthouse_request(principal)}"
    return f"run: {commands(principal, own)}"


def commands(principal: Principal, subscriptions: Sequence[str]) -> str:
    """The Azure CLI commands with which a customer assigns the smallest role that counts."""
    kind = "ServicePrincipal" if principal.is_app else "User"
    lines = [
        f"az role assignment create --assignee-object-id {principal.object_id} "
        f'--assignee-principal-type {kind} --role "{MINIMAL_ROLE}" --scope /subscriptions/{each}'
        for each in subscriptions[:MOST_COMMANDS] or ["SUBSCRIPTION_ID"]
    ]
    more = len(subscriptions) - MOST_COMMANDS
    return " && ".join(lines) + (f" (and for {more} more subscriptions)" if more > 0 else "")


def lighthouse_request(principal: Principal) -> str:
    """The authorization with which a customer's Lighthouse offer delegates the smallest role."""
    return (
        f'{{"managedByTenantId": "{principal.tenant_id}", "authorizations": '
        f'[{{"principalId": "{principal.object_id}", '
        f'"roleDefinitionId": "{SUPPORT_REQUEST_CONTRIBUTOR}"}}]}}'
    )


def _held(best: Sequence[Assignment], total: int) -> str:
    """For example `Reader and Data Access on 3 of 4 subscriptions, through a group`."""
    places = len({each.subscription_id for each in best})
    parts = [f"{_names(best)} on {places} of {_subscriptions(total)}"]
    if all(each.reason is AccessReason.CUSTOM_ROLE for each in best):
        parts.append("a custom role that can write")
    elif best[0].counts is Counts.PROBABLY:
        parts.append("which can write but is not on Microsoft's list")
    if all(each.through_group for each in best):
        parts.append("through a group")
    if all(each.conditional for each in best):
        parts.append("with a condition")
    if ends := [each.until for each in best if each.until]:
        parts += [f"until {minute(max(ends))}"] if len(ends) == len(best) else []
    return ", ".join(parts)


def _best(assignments: Sequence[Assignment]) -> list[Assignment]:
    """The assignments that count the most."""
    order = list(Counts)
    first = min((order.index(each.counts) for each in assignments), default=0)
    return [each for each in assignments if each.counts is order[first]]


def _names(assignments: Sequence[Assignment]) -> str:
    """The names of the roles, the most frequent first, at most two of them."""
    names = Counter(each.role or "a role without a name" for each in assignments)
    shown = [name for name, _ in names.most_common(2)]
    more = len(names) - len(shown)
    return " and ".join(shown) + (f" and {more} more" if more else "")


def _subscriptions(number: int) -> str:
    return "1 subscription" if number == 1 else f"{number} subscriptions"


def minute(moment: datetime) -> str:
    """A time in UTC, `2026-11-23 02:00 UTC`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
