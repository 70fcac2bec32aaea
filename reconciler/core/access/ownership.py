"""Verdict of the access check at Power Platform: ownership in environments, not an Azure role.

Source of what counts: Microsoft's page "Link your partner ID to your Power Platform and Dynamics
Customer Insights credentials".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconciler.core.access.values import Access, AccessReason, AccessVerdict, Workload
from reconciler.core.access.verdict import Conclusion, best_of
from reconciler.core.links import Problem

WHAT_COUNTS = (
    "Microsoft counts the owner or co-owner of an app, the creator of a flow, the publisher of a "
    "Power BI dataset and any active user of Customer Insights; Power BI and Customer Insights "
    "were not checked. The last linked account that imports a managed solution owns what is inside"
)


class Asset(StrEnum):
    """What a principal can own in an environment."""

    FLOWS = "cloud flows"
    CANVAS_APPS = "canvas apps"
    IMPORTED_SOLUTIONS = "managed solutions that it imported"


@dataclass(frozen=True, slots=True)
class EnvironmentAccess:
    """What was found in one environment.

    host      such as `fabrikam.crm4.dynamics.com`
    is_user   whether the principal is a user there; None if that could not be read
    owned     what it owns there, as far as it could be read
    refused   a request was refused for a missing right
    failed    why a request failed for another reason; None if none did
    """

    host: str
    is_user: bool | None
    owned: tuple[Asset, ...] = ()
    refused: bool = False
    failed: Problem | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Whose ownership was checked, as its customer knows it.

    name  the app's client ID, or the person's user name; the object ID if neither is known
    """

    name: str
    is_app: bool


def decide_ownership(
    member: Member,
    environments: Sequence[EnvironmentAccess],
    checked_at: datetime,
    discovery_failed: Problem | None = None,
) -> Access:
    """The access of a principal of Power Platform. The best environment decides.

    discovery_failed  why a person's environments could not be listed; None if they were
    """
    conclusions = [_judge(each, is_app=member.is_app) for each in environments]
    if discovery_failed:
        conclusions.append((AccessVerdict.CANNOT_TELL, AccessReason.INCOMPLETE))
    nothing_listed = (AccessVerdict.CANNOT_TELL, AccessReason.NO_ENVIRONMENT_LISTED)
    verdict, reason = best_of(conclusions) or nothing_listed
    shown = [each for each in environments if _judge(each, is_app=member.is_app)[1] is reason]
    found = _found(reason, shown, len(environments), member, discovery_failed)
    return Access(
        Workload.POWER_PLATFORM,
        verdict,
        reason,
        found,
        _hint(reason, [each.host for each in shown], member, _cause(shown, discovery_failed)),
        checked_at,
        complete=not discovery_failed and not any(e.refused or e.failed for e in environments),
        note=WHAT_COUNTS,
    )


def _judge(one: EnvironmentAccess, *, is_app: bool) -> Conclusion:
    if one.owned:
        return AccessVerdict.ELIGIBLE, AccessReason.OWNS_ASSETS
    if one.is_user and not is_app:
        return AccessVerdict.PROBABLY, AccessReason.MEMBER_OF_ENVIRONMENT
    if one.refused and not one.failed:
        return AccessVerdict.CANNOT_TELL, AccessReason.NARROW_ROLE_OR_NO_READ
    if one.failed or one.is_user is None:
        return AccessVerdict.CANNOT_TELL, AccessReason.INCOMPLETE
    if one.is_user:
        return AccessVerdict.NONE, AccessReason.OWNS_NOTHING
    return AccessVerdict.NONE, AccessReason.NOT_A_MEMBER


def _found(
    reason: AccessReason,
    shown: Sequence[EnvironmentAccess],
    total: int,
    member: Member,
    discovery_failed: Problem | None,
) -> str:
    where = _places([each.host for each in shown])
    match reason:
        case AccessReason.OWNS_ASSETS:
            owned = [asset for asset in Asset if any(asset in each.owned for each in shown)]
            return f"this account owns {_joined(owned)} in {where}"
        case AccessReason.MEMBER_OF_ENVIRONMENT:
            return f"this account is a user of {where}, and nothing that it owns there was found"
        case AccessReason.OWNS_NOTHING:
            return f"this account is a user of {where}, and owns nothing that counts there"
        case AccessReason.NOT_A_MEMBER:
            return f"this account is not a user of {where}"
        case AccessReason.NARROW_ROLE_OR_NO_READ:
            return f"this account may not read what it owns in {where}"
        case AccessReason.INCOMPLETE:
            cause = _cause(shown, discovery_failed)
            what = f"{where} could not be read" if shown else "environments could not be listed"
            return f"{what}: {cause.message if cause else 'no answer'}"
    if total or member.is_app:
        return "no Power Platform environment is listed for this customer"
    return "no environment is listed for this customer, and the discovery service names none"


def _cause(shown: Sequence[EnvironmentAccess], discovery_failed: Problem | None) -> Problem | None:
    return next((each.failed for each in shown if each.failed), discovery_failed)


def _hint(
    reason: AccessReason, hosts: Sequence[str], member: Member, cause: Problem | None
) -> str | None:
    where = _places(hosts)
    match reason:
        case AccessReason.OWNS_ASSETS:
            return None
        case AccessReason.MEMBER_OF_ENVIRONMENT | AccessReason.OWNS_NOTHING:
            return (
                "import your managed solutions with this account, or make it owner or co-owner of "
                "apps and creator of flows"
            )
        case AccessReason.NOT_A_MEMBER if member.is_app:
            return (
                f"ask the customer to add an application user for {member.name} with a security "
                f"role to {where} (Power Platform admin center, Settings, Application users)"
            )
        case AccessReason.NOT_A_MEMBER:
            return f"ask the customer to give {member.name} a security role in {where}"
        case AccessReason.NARROW_ROLE_OR_NO_READ:
            return (
                f"ask the customer to give {member.name} a security role in {where} that reads "
                "processes, canvas apps and solutions, such as System Customizer"
            )
        case AccessReason.INCOMPLETE:
            return (cause.hint if cause else "") or "run again"
    return "list the customer's environments under environments: in the file"


def _places(hosts: Sequence[str]) -> str:
    if len(hosts) > 3:
        return f"{', '.join(hosts[:3])} and {len(hosts) - 3} more environments"
    return _joined(hosts)


def _joined(words: Sequence[str]) -> str:
    *most, last = words or [""]
    return f"{', '.join(most)} and {last}" if most else str(last)
