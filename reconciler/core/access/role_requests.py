"""Requests for a role, as `doctor` writes them to a customer."""

from collections.abc import Mapping
from dataclasses import replace

from reconciler.core.access.sentences import (
    MINIMAL_ROLE,
    WHY_MINIMAL,
    WHY_PERMANENT,
    Principal,
    commands,
)
from reconciler.core.access.values import AccessVerdict
from reconciler.core.doctor.checkup import Checkup, CustomerRequest, LinkCheck
from reconciler.core.history.access_history import RecordedAccess
from reconciler.core.history.link_history import Key
from reconciler.core.identities import Identity

_WHO = "an Owner or User Access Administrator of your subscriptions"


def with_role_requests(
    checkup: Checkup, access: Mapping[Key, RecordedAccess], identities: Mapping[str, Identity]
) -> Checkup:
    """The checkup, with a request for each link that is ready but whose principal has no role.

    access  each link's last verdict that says whether a role counts
    """
    checks = tuple(_with_request(check, access, identities) for check in checkup.checks)
    return replace(checkup, checks=checks)


def _with_request(
    check: LinkCheck, access: Mapping[Key, RecordedAccess], identities: Mapping[str, Identity]
) -> LinkCheck:
    place, seen = check.place, check.observed
    found = access.get((place.tenant, place.identity))
    is_missing = found is not None and found.verdict is AccessVerdict.NONE
    if not (found and is_missing and check.is_ready and seen.object_id) or check.request:
        return check
    is_app = not identities[place.identity].is_person
    principal = Principal(str(seen.tenant_id), seen.object_id, is_app)
    return replace(check, request=_request(principal, found))


def _request(principal: Principal, found: RecordedAccess) -> CustomerRequest:
    checked = found.last_at.date().isoformat()
    return CustomerRequest(
        f"our account {principal.object_id} holds no role that counts ({found.message}; checked on "
        f"{checked})",
        _WHO,
        f"for each subscription that we work on, run `{commands(principal, ())}`. "
        f"{MINIMAL_ROLE} is enough: {WHY_MINIMAL}. Assign it permanently: {WHY_PERMANENT}",
    )
