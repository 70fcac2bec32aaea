"""The access check of one subscription: role assignments, then what else says which roles apply.

Effective permissions are read where the assignments are refused or empty: through Azure Lighthouse
a principal never sees its own assignments. Resource groups are read where both show nothing. PIM is
asked when a role that counts ends, or, without one, whether one could be activated.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from reconciler.azure.access.assignments import (
    RoleHeld,
    assignment_of,
    end_of,
    held_by,
    is_malformed,
)
from reconciler.azure.access.definitions import RoleDefinitions, permission_of
from reconciler.azure.access.listings import AnswerKind, Entry, Listings
from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.session import Session
from reconciler.core.access.roles import Judgement, RoleList, judge_defined
from reconciler.core.access.values import COUNTING, Assignment, Counts
from reconciler.core.access.verdict import SubscriptionAccess, Visibility

ROLES = "/providers/Microsoft.Authorization"
ASSIGNMENTS = ("roleAssignments", "2022-04-01")
PERMISSIONS = ("permissions", "2022-04-01")
ACTIVE = ("roleAssignmentScheduleInstances", "2020-10-01")
ELIGIBLE = ("roleEligibilityScheduleInstances", "2020-10-01")
GROUPS_VERSION = "2021-04-01"

_GROUP = re.compile(r"(?!\.+\Z)[^/\\?#%\x00-\x1f]{1,90}")
"""The name of a resource group that can be a segment of a path."""

MOST_GROUPS = 20
"""Resource groups that are examined for one link."""


@dataclass(slots=True)
class SubscriptionCheck:
    """Examines the subscriptions of one principal, one after the other.

    groups_left  how many more resource groups may be examined
    """

    session: Session
    listings: Listings
    roles: RoleList
    definitions: RoleDefinitions
    groups_left: int = MOST_GROUPS
    _is_failed: bool = field(default=False, init=False)

    def of(self, one: SubscriptionAccess) -> SubscriptionAccess:
        """What the principal holds on a subscription. Raises nothing."""
        if not one.subscription_id:
            return one
        self._is_failed = False
        scope = f"/subscriptions/{one.subscription_id}"
        listing = self._listed(scope, ASSIGNMENTS, f"assignedTo('{self.session.object_id}')")
        if listing is None and self._is_failed:
            return one
        found = self._judged(one.subscription_id, scope, listing or ())
        is_partly = listing is None
        if not found:
            found = self._from_permissions(one.subscription_id, scope)
        if not found:
            found = self._from_groups(one.subscription_id, scope)
            is_partly = is_partly or bool(found)
        eligible = None
        if not any(each.counts in COUNTING for each in found):
            eligible = self._eligible_role(scope)
        partly = Visibility.PARTLY if is_partly else Visibility.WHOLE
        return replace(
            one,
            assignments=tuple(found),
            visibility=Visibility.FAILED if self._is_failed else partly,
            eligible_role=eligible,
        )

    def _listed(
        self, scope: str, what: tuple[str, str], odata_filter: str = ""
    ) -> tuple[Entry, ...] | None:
        """The entries; None if they were refused, or if the request failed."""
        name, version = what
        listing = self.listings.get(f"{scope}{ROLES}/{name}", version, odata_filter)
        self._is_failed = self._is_failed or listing.is_failed
        return listing.entries if listing.kind is AnswerKind.WHOLE else None

    def _judged(
        self, subscription_id: str, scope: str, entries: Sequence[Entry]
    ) -> list[Assignment]:
        """The assignments that were listed at a scope, with their ends if a role counts."""
        held = held_by(str(self.session.object_id), entries)
        self._is_failed = self._is_failed or any(map(is_malformed, entries))
        is_listed = any(self._counts_by_list(each) for each in held)
        found = [
            (each, assignment_of(subscription_id, each, self._judge(each, may_ask=not is_listed)))
            for each in held
        ]
        if not any(judged.counts in COUNTING for _, judged in found):
            return [judged for _, judged in found]
        instances = self._pim(scope, ACTIVE)
        return [replace(judged, until=end_of(each, instances)) for each, judged in found]

    def _counts_by_list(self, held: RoleHeld) -> bool:
        known = self.roles.roles.get(held.role_id)
        return known is not None and known.counts

    def _judge(self, held: RoleHeld, *, may_ask: bool) -> tuple[str, Judgement]:
        """The name of a role and whether it counts. A listed role needs no request."""
        if known := self.roles.judge_listed(held.role_id):
            return known
        tenant_id = str(self.session.tenant_id)
        defined = self.definitions.known(tenant_id, held.role_id)
        if defined is None and may_ask:
            try:
                path, arm = held.role_path, self.session.arm
                defined = self.definitions.find(tenant_id, path, arm, self.listings)
            except RequestFailed:
                self._is_failed = True
        return defined.name if defined else "", judge_defined(defined)

    def _from_permissions(self, subscription_id: str, scope: str) -> list[Assignment]:
        """The roles that the effective permissions show: one entry for each, without its name."""
        found = []
        for entry in self._listed(scope, PERMISSIONS) or ():
            try:
                name, role_id, (counts, reason) = self.roles.judge_permission(permission_of(entry))
            except RequestFailed:
                self._is_failed = True
                continue
            found.append(Assignment(subscription_id, scope, name, role_id, counts, reason))
        return found

    def _from_groups(self, subscription_id: str, scope: str) -> list[Assignment]:
        """The roles on single resource groups, until one counts."""
        listing = self.listings.get(f"{scope}/resourcegroups", GROUPS_VERSION)
        self._is_failed = self._is_failed or listing.is_failed
        found: list[Assignment] = []
        for entry in listing.entries:
            name = entry.get("name")
            if self.groups_left == 0:
                self._is_failed = True
                break
            if not (isinstance(name, str) and _GROUP.fullmatch(name)):
                self._is_failed = True
                continue
            self.groups_left -= 1
            group = f"{scope}/resourceGroups/{quote(name, safe='()')}"
            entries = self._listed(group, ASSIGNMENTS, f"assignedTo('{self.session.object_id}')")
            found += self._judged(subscription_id, group, entries or ())
            if any(each.counts is Counts.YES for each in found):
                break
        return found

    def _eligible_role(self, scope: str) -> str | None:
        """The name of a role that would count if the principal activated it."""
        for each in self._pim(scope, ELIGIBLE):
            name, (counts, _) = self._judge(each, may_ask=True)
            if counts in COUNTING:
                return name or "a role"
        return None

    def _pim(self, scope: str, what: tuple[str, str]) -> Sequence[RoleHeld]:
        """What PIM lists. Without a licence it answers an error, which changes no verdict."""
        name, version = what
        listing = self.listings.get(
            f"{scope}{ROLES}/{name}", version, "asTarget()", is_optional=True
        )
        return held_by(str(self.session.object_id), listing.entries)
