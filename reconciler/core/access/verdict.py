"""Verdict of the access check: one verdict from what was read of each subscription.

The best assignment on the best subscription decides. A refused request never means that there is no
role, and neither does an empty answer: Azure leaves out what a principal may not see. Where
something was left out, the verdict is never `none`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from reconciler.core.access.sentences import (
    Gap,
    Principal,
    hint_of,
    message_of,
    request_of,
)
from reconciler.core.access.values import (
    COUNTED,
    Access,
    AccessReason,
    AccessVerdict,
    Assignment,
    Counts,
    Delegation,
    Workload,
)

Conclusion = tuple[AccessVerdict, AccessReason]


class Visibility(Enum):
    """How much of a subscription's assignments a principal could see.

    WHOLE    the assignments at, above and below the subscription
    PARTLY   only those of single resource groups, or nothing: others may exist
    FAILED   a request failed for another reason than a missing right, or some were left out
    """

    WHOLE = auto()
    PARTLY = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class SubscriptionAccess:
    """What was read of one subscription.

    tenant_id      the subscription's own directory, which may be another than the principal's;
                   empty if the entry of the list is malformed
    visibility     how much of it could be seen
    eligible_role  a role that would count if the principal activated it; None if there is none
    ended          `disabled` or `deleted`; empty for a subscription in use
    """

    subscription_id: str
    tenant_id: str
    assignments: tuple[Assignment, ...] = ()
    visibility: Visibility = Visibility.WHOLE
    eligible_role: str | None = None
    ended: str = ""


_VERDICTS = {
    Counts.YES: AccessVerdict.ELIGIBLE,
    Counts.PROBABLY: AccessVerdict.PROBABLY,
    Counts.UNKNOWN: AccessVerdict.CANNOT_TELL,
    Counts.NO: AccessVerdict.NONE,
}
_INCOMPLETE = (AccessVerdict.CANNOT_TELL, AccessReason.INCOMPLETE)
_NARROW = (AccessVerdict.CANNOT_TELL, AccessReason.NARROW_ROLE_OR_NO_READ)
_ONLY_ELIGIBLE = (AccessVerdict.NONE, AccessReason.ONLY_PIM_ELIGIBLE)


def decide(
    principal: Principal,
    subscriptions: Sequence[SubscriptionAccess],
    checked_at: datetime,
    *,
    left_out: int = 0,
    cause: str = "",
) -> Access:
    """The access of a principal.

    subscriptions  what was read of each, in Azure's order; those that were left out have failed
    left_out       how many of them were not examined
    cause          why the first list that failed could not be read; empty if none failed
    """
    verdict, reason = _overall(subscriptions)
    facts = tuple(each for one in subscriptions for each in one.assignments)
    eligible = next((s.eligible_role for s in subscriptions if s.eligible_role), None)
    total = len(subscriptions)
    own = _ids(one for one in subscriptions if one.tenant_id == principal.tenant_id)
    request = request_of(principal, own, is_delegated=total > len(own))
    gap = Gap(left_out, cause)
    return Access(
        Workload.AZURE,
        verdict,
        reason,
        message_of(reason, facts, total, eligible, gap) + _ended(verdict, subscriptions),
        hint_of(verdict, reason, facts, request, gap),
        checked_at,
        facts,
        total,
        _is_complete(subscriptions),
        delegations=_delegations(principal, subscriptions),
        own=own,
    )


def unreadable(checked_at: datetime, cause: str) -> Access:
    """The access of a principal whose list of subscriptions could not be read."""
    verdict, reason = _INCOMPLETE
    message = f"the list of subscriptions could not be read: {cause}"
    hint = hint_of(verdict, reason, (), "", Gap(cause=cause))
    return Access(Workload.AZURE, verdict, reason, message, hint, checked_at, complete=False)


def judge(one: SubscriptionAccess) -> Conclusion:
    """The verdict about one subscription."""
    best = best_of((_VERDICTS[each.counts], each.reason) for each in one.assignments)
    if best and best[0] in COUNTED:
        return best
    if one.visibility is Visibility.FAILED:
        return _INCOMPLETE
    if best and best[0] is AccessVerdict.CANNOT_TELL:
        return best
    if one.visibility is Visibility.PARTLY:
        return _NARROW
    if one.eligible_role:
        return _ONLY_ELIGIBLE
    return best or _NARROW


def best_of(conclusions: Iterable[Conclusion]) -> Conclusion | None:
    """The best verdict, with the first reason for it; None without one."""
    return min(conclusions, key=_rank, default=None)


def _is_complete(subscriptions: Sequence[SubscriptionAccess]) -> bool:
    return all(one.visibility is not Visibility.FAILED for one in subscriptions)


def _ended(verdict: AccessVerdict, subscriptions: Sequence[SubscriptionAccess]) -> str:
    """What to add if a role counts only on subscriptions that are not in use any more."""
    if verdict not in COUNTED:
        return ""
    best = [one for one in subscriptions if judge(one)[0] is verdict]
    if not all(one.ended for one in best):
        return ""
    what = "the subscription is" if len(best) == 1 else "these subscriptions are"
    return f"; {what} {' or '.join(sorted({one.ended for one in best}))}"


def _overall(subscriptions: Sequence[SubscriptionAccess]) -> Conclusion:
    best = best_of(map(judge, subscriptions))
    if best is None:
        return AccessVerdict.NONE, AccessReason.NO_SUBSCRIPTION
    return best if _is_complete(subscriptions) or best[0] in COUNTED else _INCOMPLETE


def _rank(conclusion: Conclusion) -> tuple[int, int]:
    verdict, reason = conclusion
    return list(AccessVerdict).index(verdict), list(AccessReason).index(reason)


def _delegations(
    principal: Principal, subscriptions: Sequence[SubscriptionAccess]
) -> tuple[Delegation, ...]:
    """The verdict about each other directory, in the order of its first subscription."""
    found: dict[str, list[SubscriptionAccess]] = {}
    for one in subscriptions:
        if one.tenant_id != principal.tenant_id:
            found.setdefault(one.tenant_id, []).append(one)
    return tuple(_delegation(tenant_id, ones) for tenant_id, ones in found.items())


def _delegation(tenant_id: str, subscriptions: Sequence[SubscriptionAccess]) -> Delegation:
    """The verdict about one other directory, and what was found there."""
    verdict, reason = _overall(subscriptions)
    facts = tuple(each for one in subscriptions for each in one.assignments)
    eligible = next((one.eligible_role for one in subscriptions if one.eligible_role), None)
    message = message_of(reason, facts, len(subscriptions), eligible, Gap())
    message += _ended(verdict, subscriptions)
    return Delegation(tenant_id, verdict, reason, message, _ids(subscriptions))


def _ids(subscriptions: Iterable[SubscriptionAccess]) -> tuple[str, ...]:
    return tuple(one.subscription_id for one in subscriptions if one.subscription_id)
