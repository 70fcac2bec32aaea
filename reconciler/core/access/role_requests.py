"""Requests for a role, as `doctor` writes them to a customer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.core.access.sentences import (
    MINIMAL_ROLE,
    MOST_COMMANDS,
    WHY_MINIMAL,
    WHY_PERMANENT,
    Principal,
    commands,
    lighthouse_request,
)
from reconciler.core.access.values import AccessReason, AccessVerdict
from reconciler.core.doctor.checkup import Checkup, CoveredCheck, CustomerRequest, LinkCheck
from reconciler.core.history.access_history import RecordedAccess, RecordedCover
from reconciler.core.history.link_history import Key
from reconciler.core.identities import Identity

_WHO = "an Owner or User Access Administrator of your subscriptions"
_WHO_DELEGATES = "an Owner of your subscriptions"
_WHO_ADDS_USERS = "an administrator of your Power Platform environments"

_ENOUGH = f"{MINIMAL_ROLE} is enough: {WHY_MINIMAL}"
_OURS_TO_DO = frozenset({AccessReason.OWNS_NOTHING})
"""Reasons that a customer cannot change."""


@dataclass(frozen=True, slots=True)
class KnownAccess:
    """What earlier runs found, and what the file says of it now.

    links        each link's last verdict that says whether a role counts
    covers       the same for each covered customer, by the link and the customer's name
    covering     the customers that each link covers now, as far as they are selected
    directories  the directory of each tenant, as the file names it
    """

    links: Mapping[Key, RecordedAccess]
    covers: Mapping[tuple[Key, str], RecordedCover]
    covering: Mapping[Key, Sequence[str]]
    directories: Mapping[str, str]


def with_role_requests(
    checkup: Checkup, known: KnownAccess, identities: Mapping[str, Identity]
) -> Checkup:
    """The checkup, with a request for each link that is ready but whose principal has no role.

    A link of our own tenant needs nothing from that tenant, but from the customers that it covers.
    """
    checks = tuple(_with_request(check, known, identities) for check in checkup.checks)
    covered = tuple(each for check in checks for each in _covered(check, known, identities))
    return replace(checkup, checks=checks, covered=covered)


def _with_request(
    check: LinkCheck, known: KnownAccess, identities: Mapping[str, Identity]
) -> LinkCheck:
    found = known.links.get(check.place.key)
    if found is None or found.verdict is not AccessVerdict.NONE or found.reason in _OURS_TO_DO:
        return check
    principal = _principal(check, identities)
    if principal is None or check.request or known.covering.get(check.place.key):
        return check
    if found.reason is AccessReason.NOT_A_MEMBER:
        identity = identities[check.place.identity].at(check.place)
        return replace(check, request=_power_platform(principal, identity, found))
    return replace(check, request=_azure(principal, found))


def _covered(
    check: LinkCheck, known: KnownAccess, identities: Mapping[str, Identity]
) -> Iterator[CoveredCheck]:
    """The customers that this link covers and that delegate no role that counts."""
    principal = _principal(check, identities)
    for customer in known.covering.get(check.place.key, ()):
        found = known.covers.get((check.place.key, customer))
        if principal is None or found is None or found.access.verdict is not AccessVerdict.NONE:
            continue
        directory = known.directories.get(customer, "")
        is_same = "." in directory or directory == found.tenant_id
        if is_same and found.tenant_id:
            request = _lighthouse(principal, found.access)
            yield CoveredCheck(customer, found.tenant_id, check.place, request)


def _azure(principal: Principal, found: RecordedAccess) -> CustomerRequest:
    known = found.own
    if not known:
        how = (
            f"run `{commands(principal, ())}` for each subscription that we work on. We do not "
            "know your subscriptions: replace SUBSCRIPTION_ID by the ID of each"
        )
    elif len(known) <= MOST_COMMANDS:
        how = f"run `{commands(principal, known)}`"
    else:
        how = (
            f"run `{commands(principal, ())}` for each subscription that we work on. We see these: "
            f"{', '.join(known)}"
        )
    return CustomerRequest(
        f"our account {principal.object_id} holds no role that counts {_checked(found)}",
        _WHO,
        f"{how}. {_ENOUGH}. Assign it permanently: {WHY_PERMANENT}",
    )


def _lighthouse(principal: Principal, found: RecordedAccess) -> CustomerRequest:
    where = f". It is missing on {', '.join(found.own)}" if found.own else ""
    return CustomerRequest(
        f"no role that counts is delegated to our account {principal.object_id} {_checked(found)}",
        _WHO_DELEGATES,
        f"add this to the Azure Lighthouse offer, and deploy it to each subscription that we work "
        f"on: `{lighthouse_request(principal)}`{where}. {_ENOUGH}. List it under authorizations "
        f"and not under eligibleAuthorizations: {WHY_PERMANENT}",
    )


def _power_platform(
    principal: Principal, identity: Identity, found: RecordedAccess
) -> CustomerRequest:
    name = identity.client_id or identity.username or principal.object_id
    how = f"give `{name}` a security role in each environment that we work in"
    if principal.is_app:
        how = (
            f"add an application user for the app `{name}`, with a security role, in each "
            "environment that we work in (Power Platform admin center, Settings, Users + "
            "permissions, Application users)"
        )
    return CustomerRequest(
        f"our account {principal.object_id} is not a user of your Power Platform environments "
        f"{_checked(found)}",
        _WHO_ADDS_USERS,
        f"{how}. System Customizer is enough to import solutions",
    )


def _checked(found: RecordedAccess) -> str:
    return f"({found.message}; checked on {found.last_at.date().isoformat()})"


def _principal(check: LinkCheck, identities: Mapping[str, Identity]) -> Principal | None:
    """Whose access was checked; None if the link is not ready."""
    seen = check.observed
    if not check.is_ready or not seen.object_id:
        return None
    is_app = not identities[check.place.identity].is_person
    return Principal(str(seen.tenant_id), seen.object_id, is_app)
