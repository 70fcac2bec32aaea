"""The directory: tenants, apps and object IDs.

Pure. What no seed lists is derived: a domain always has the same tenant ID, and (tenant, client)
the same object ID, so that runs can be compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import NAMESPACE_DNS, uuid5

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)
PARTNER_ID = re.compile(r"[0-9]{4,10}", re.ASCII)
SHARED_NAMES = frozenset({"common", "organizations", "consumers"})
OURS = uuid5(NAMESPACE_DNS, "emulator.pal-reconcile.invalid")


@dataclass(frozen=True)
class Tenant:
    """A customer's Microsoft Entra directory.

    tenant_id: lower-case GUID
    domains: verified domains, lower case
    """

    tenant_id: str
    name: str = ""
    domains: tuple[str, ...] = ()


class Federated(NamedTuple):
    """A federated identity credential: whose tokens an app accepts. Compared exactly."""

    issuer: str
    subject: str
    audience: str


@dataclass(frozen=True)
class Client:
    """An app registration.

    client_id: lower-case GUID
    secret: the only accepted secret; None accepts any
    certificate: PEM of one or more certificates, one of which a client assertion must be signed
        with; None accepts any signature
    home: ID of the tenant where it is registered; None: any tenant
    federated: accepted federated tokens; None accepts any
    tenants: IDs of the tenants that have the app; None: all
    absent_from: IDs of tenants that do not have it
    foreign_in: IDs of tenants where it acts without an object of its own, as GDAP and CSP do
    object_ids: tenant ID → object ID, if not derived
    """

    client_id: str
    secret: str | None = field(default=None, repr=False)
    certificate: str | None = None
    home: str | None = None
    federated: tuple[Federated, ...] | None = None
    tenants: frozenset[str] | None = None
    absent_from: frozenset[str] = frozenset()
    foreign_in: frozenset[str] = frozenset()
    object_ids: Mapping[str, str] = field(default_factory=dict)

    def is_in(self, tenant_id: str) -> bool:
        """Say whether the tenant has a service principal of this app."""
        return tenant_id not in self.absent_from and (
            self.tenants is None or tenant_id in self.tenants
        )


class Directory:
    """All tenants and apps of one emulated Azure."""

    def __init__(
        self, tenants: Iterable[Tenant] | None = None, clients: Iterable[Client] | None = None
    ) -> None:
        """None means that every one that is well formed exists."""
        self.tenants = None if tenants is None else tuple(tenants)
        self._clients = None if clients is None else {c.client_id: c for c in clients}
        self._by_name = {
            name: tenant
            for tenant in self.tenants or ()
            for name in (tenant.tenant_id, *tenant.domains)
        }

    def tenant(self, name: str) -> Tenant | None:
        """Find a tenant by GUID or verified domain, in any case; None when there is none."""
        name = name.lower()
        if self.tenants is not None:
            return self._by_name.get(name)
        if GUID.fullmatch(name):
            return Tenant(name)
        if DOMAIN.fullmatch(name):
            return Tenant(derived_tenant_id(name), domains=(name,))
        return None

    def client(self, client_id: str) -> Client | None:
        """Find an app by its client ID; None when it is registered nowhere."""
        client_id = client_id.lower()
        if self._clients is not None:
            return self._clients.get(client_id)
        return Client(client_id)

    def object_id(self, tenant_id: str, client_id: str) -> str:
        """Return the object ID of the app's service principal in the tenant."""
        client = self.client(client_id)
        seeded = client.object_ids.get(tenant_id) if client else None
        return seeded or str(uuid5(OURS, f"principal:{tenant_id}:{client_id.lower()}"))


def derived_tenant_id(domain: str) -> str:
    """Return the tenant ID of a domain that no seed lists."""
    return str(uuid5(OURS, f"tenant:{domain}"))
