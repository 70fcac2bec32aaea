"""Who holds which role where, and what follows from it. Pure.

Scopes are compared in lower case. A role counts at its scope and below.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from reconciler.emulator.authorization.roles import Role
from reconciler.emulator.authorization.values import (
    MANAGEMENT_GROUPS,
    ROOT,
    Caller,
    Delegation,
    RoleAssignment,
    Subscription,
)

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


class Access:
    """All subscriptions, roles, groups and assignments of one emulated Azure."""

    def __init__(
        self,
        subscriptions: Sequence[Subscription] = (),
        roles: Iterable[Role] = (),
        members: Mapping[str, frozenset[str]] | None = None,
        assignments: Iterable[RoleAssignment] = (),
        delegations: Sequence[Delegation] = (),
    ) -> None:
        """`members`: object IDs of a group's direct members, by the group's object ID."""
        self.subscriptions = {one.subscription_id: one for one in subscriptions}
        self.roles = {role.role_id: role for role in roles}
        own = tuple(assignments)
        self._order = {one: position for position, one in enumerate(self.subscriptions)}
        self._of_tenant = _grouped(subscriptions, lambda one: one.tenant_id)
        self._delegations = _grouped(delegations, lambda one: self._subscription_id(one.scope))
        self._inside = _grouped(own, lambda one: self._subscription_id(one.scope))
        everything = (*own, *(each for one in delegations for each in one.assignments))
        self._held = _grouped(everything, lambda one: Caller(one.tenant_id, one.principal_id))
        pairs = [(each, group) for group, inside in (members or {}).items() for each in inside]
        self._groups_of = _grouped(pairs, lambda pair: pair[0])

    def with_groups(self, object_id: str) -> frozenset[str]:
        """Return the principal and all groups that it is in, directly or through groups."""
        found, more = set[str](), [object_id]
        while more:
            one = more.pop()
            if one not in found:
                found.add(one)
                more += [group for _, group in self._groups_of.get(one, ())]
        return frozenset(found)

    def _subscription_id(self, scope: str) -> str:
        """Return the subscription of a scope; an empty text above subscriptions."""
        subscription = self.subscription_of(scope)
        return subscription.subscription_id if subscription else ""

    def subscription_of(self, scope: str) -> Subscription | None:
        """Return the subscription of a scope; None above subscriptions and where there is none."""
        parts = scope.lower().split("/")
        is_inside = len(parts) > 2 and parts[1] == "subscriptions"
        return self.subscriptions.get(parts[2]) if is_inside else None

    def is_known(self, scope: str, caller: Caller) -> bool:
        """Say whether the caller's tenant has the subscription, or manages a part of it."""
        subscription = self.subscription_of(scope)
        return subscription is not None and (
            subscription.tenant_id == caller.tenant_id
            or any(d.tenant_id == caller.tenant_id for d in self.delegations_of(subscription))
        )

    def delegations_of(self, subscription: Subscription) -> list[Delegation]:
        """Return the delegations of a subscription and of its resource groups."""
        return self._delegations.get(subscription.subscription_id, [])

    def held(self, caller: Caller, now: int, *, eligible: bool = False) -> Iterator[RoleAssignment]:
        """Return what the caller holds at the time, or could activate."""
        for holder in sorted(self.with_groups(caller.object_id)):
            for one in self._held.get(Caller(caller.tenant_id, holder), ()):
                if one.is_eligible == eligible and one.is_in_time(now):
                    yield one

    def in_effect(self, caller: Caller, scope: str, now: int) -> list[RoleAssignment]:
        """Return what the caller holds at a scope or above it."""
        return [one for one in self.held(caller, now) if self.is_at_or_above(one, scope)]

    def may(self, caller: Caller, action: str, scope: str, now: int) -> bool:
        """Say whether the caller's roles allow an action at a scope."""
        return any(one.role.allows(action) for one in self.in_effect(caller, scope, now))

    def visible(self, caller: Caller, now: int, *, narrow: bool) -> list[Subscription]:
        """Return the subscriptions that the caller sees.

        narrow: whether a role on a resource group or resource makes a subscription visible
        """
        found: set[str] = set()
        for one in self.held(caller, now):
            inside = self.subscription_of(one.scope)
            for subscription in [inside] if inside else self._of_tenant.get(one.tenant_id, ()):
                is_narrow = subscription is inside and narrow
                if is_narrow or self.is_at_or_above(one, subscription.scope):
                    found.add(subscription.subscription_id)
        return [self.subscriptions[each] for each in sorted(found, key=self._order.__getitem__)]

    def listed(
        self, scope: str, tenant_id: str, now: int, *, eligible: bool = False
    ) -> list[RoleAssignment]:
        """Return the tenant's own assignments at a scope, above and below it."""
        subscription = self.subscription_of(scope)
        tenant_id = subscription.tenant_id if subscription else tenant_id
        names = ["", subscription.subscription_id] if subscription else list(self._inside)
        return [
            one
            for name in names
            for one in self._inside.get(name, ())
            if one.tenant_id == tenant_id
            and one.is_eligible == eligible
            and one.is_in_time(now)
            and (self.is_at_or_above(one, scope) or scope.lower() in self.ancestors(one.scope))
        ]

    def is_at_or_above(self, assignment: RoleAssignment, scope: str) -> bool:
        """Say whether an assignment is at a scope or above it."""
        subscription = self.subscription_of(scope)
        is_ours = (
            subscription is None
            or assignment.is_delegated
            or subscription.tenant_id == assignment.tenant_id
        )
        return is_ours and assignment.scope.lower() in self.ancestors(scope)

    def ancestors(self, scope: str) -> tuple[str, ...]:
        """Return a scope and all scopes above it, in lower case."""
        scope = scope.lower()
        if scope == ROOT:
            return (ROOT,)
        subscription = self.subscription_of(scope)
        if subscription is None:
            return (scope, *self._above(scope.rpartition("/")[2]), ROOT)
        parts = scope.split("/")
        inside = [scope, *("/".join(parts[:end]) for end in (5, 3) if len(parts) > end)]
        groups = [f"{MANAGEMENT_GROUPS}{name}".lower() for name in subscription.management_groups]
        return (*inside, *groups, ROOT)

    def _above(self, management_group: str) -> list[str]:
        """Return the scopes of the management groups above one."""
        for subscription in self.subscriptions.values():
            names = [name.lower() for name in subscription.management_groups]
            if management_group in names:
                above = names[names.index(management_group) + 1 :]
                return [f"{MANAGEMENT_GROUPS}{name}".lower() for name in above]
        return []


def _grouped(entries: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    groups: dict[K, list[T]] = {}
    for entry in entries:
        groups.setdefault(key(entry), []).append(entry)
    return groups
