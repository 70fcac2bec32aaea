"""Users, their tenants, and what blocks their sign-in.

A user has a home tenant and can be a guest in others, with another object ID in each. Pure, except
for changes by the control routes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import uuid5

from reconciler.emulator.state.directory import OURS, Directory, derived_tenant_id

EVERYWHERE = "*"
UNKNOWN_USER, NOT_IN_TENANT, DISABLED, BLOCKED, NEEDS_MFA = 50034, 50020, 50057, 53003, 50076


@dataclass(frozen=True)
class User:
    """A person's account.

    username: user principal name, lower case
    tenant_id: the home tenant
    password: what the sign-in page asks for; None accepts any
    guest_in: IDs of the other tenants that have the user; None: all
    absent_from: IDs of tenants that do not have it
    foreign_in: IDs of tenants where it acts without an object of its own, as GDAP and CSP do
    object_ids: tenant ID → object ID, where it is not the derived one
    disabled_in, blocked_in, mfa_required: IDs of tenants, or `*`, where the account is disabled,
        where Conditional Access refuses it, where a token needs MFA
    """

    username: str
    tenant_id: str
    password: str | None = field(default=None, repr=False)
    guest_in: frozenset[str] | None = None
    absent_from: frozenset[str] = frozenset()
    foreign_in: frozenset[str] = frozenset()
    object_ids: Mapping[str, str] = field(default_factory=dict)
    disabled_in: frozenset[str] = frozenset()
    blocked_in: frozenset[str] = frozenset()
    mfa_required: frozenset[str] = frozenset()

    def is_in(self, tenant_id: str) -> bool:
        """Say whether the tenant has an account of this user, or lets it act there."""
        if tenant_id in self.absent_from:
            return False
        is_guest = self.guest_in is None or tenant_id in self.guest_in
        return is_guest or tenant_id == self.tenant_id or tenant_id in self.foreign_in

    def needs_mfa(self, tenant_id: str) -> bool:
        """Say whether a token for the tenant needs multi-factor authentication."""
        return _covers(self.mfa_required, tenant_id)

    def refusal(self, tenant_id: str, *, has_done_mfa: bool) -> int | None:
        """Return the AADSTS number with which the tenant refuses the user, or None."""
        if not self.is_in(tenant_id):
            return NOT_IN_TENANT
        if _covers(self.disabled_in, tenant_id):
            return DISABLED
        if _covers(self.blocked_in, tenant_id):
            return BLOCKED
        return NEEDS_MFA if self.needs_mfa(tenant_id) and not has_done_mfa else None


class People:
    """All users of one emulated Azure."""

    def __init__(self, users: Iterable[User] | None, directory: Directory) -> None:
        """None means that every user with a well-formed name exists, and is a guest everywhere."""
        self._is_open = users is None
        self._directory = directory
        self.users = {user.username: user for user in users or ()}

    def find(self, username: str) -> User | None:
        """Find a user by name, in any case; None when there is none."""
        username = username.strip().lower()
        found = self.users.get(username)
        if found is None and self._is_open and username.count("@") == 1:
            return derived(username, self._directory)
        return found

    def put(self, user: User) -> None:
        """Add the user, or change the one of this name."""
        self.users[user.username] = user


def derived(username: str, directory: Directory) -> User:
    """Return the user for a name without a seed: at home in the tenant of its domain."""
    domain = username.lower().rpartition("@")[2]
    tenant = directory.tenant(domain)
    return User(username.lower(), tenant.tenant_id if tenant else derived_tenant_id(domain))


def object_id(user: User, tenant_id: str) -> str:
    """Return the object ID of the user in the tenant."""
    seeded = user.object_ids.get(tenant_id)
    return seeded or str(uuid5(OURS, f"user:{tenant_id}:{user.username}"))


def _covers(tenant_ids: frozenset[str], tenant_id: str) -> bool:
    return EVERYWHERE in tenant_ids or tenant_id in tenant_ids
