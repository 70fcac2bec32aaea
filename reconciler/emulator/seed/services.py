"""Sections of a seed about services beside Azure Resource Manager."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid5

from pydantic import AfterValidator, field_validator

from reconciler.emulator.seed.access import PrincipalEntry
from reconciler.emulator.seed.fields import (
    Flag,
    Guid,
    HttpsUrl,
    Part,
    TenantId,
    Texts,
    Time,
    Whole,
    refuse_twins,
)
from reconciler.emulator.state.clock import parse_time
from reconciler.emulator.state.directory import OURS

BEGAN, ENDS = parse_time("2026-01-01T00:00:00Z"), parse_time("2028-01-01T00:00:00Z")


class RelationshipEntry(Part):
    """One of a customer's GDAP `relationships`.

    extends: `PT0S` where it does not extend itself
    """

    name: str = "Managed services"
    status: str = "active"
    began: Time = BEGAN
    ends: Time = ENDS
    extends: str = "PT0S"
    duration: str = "P730D"
    roles: Texts = ()

    def relationship_id(self, customer: CustomerEntry) -> str:
        """Return the ID of the relationship, derived from its content."""
        parts = (customer.tenant, self.name, self.status, str(self.ends))
        return f"{uuid5(OURS, ':'.join(parts))}-{customer.tenant}"


class CustomerEntry(Part):
    """One of `customers`, of a partner's tenant.

    tenant: of the customer; `tenants` need not list it
    partner: the tenant that has this customer; None for every tenant
    relationships: by default one that is active and extends itself
    reseller: whether Partner Center lists the customer
    """

    tenant: Guid
    name: str = ""
    domain: str = ""
    partner: TenantId | None = None
    relationships: tuple[RelationshipEntry, ...] = (RelationshipEntry(extends="P180D"),)
    reseller: Flag = True


class GraphPermissionEntry(PrincipalEntry):
    """One of `graph_permissions`: what a principal may do in Microsoft Graph."""

    permissions: Texts = ()


class MemberEntry(PrincipalEntry):
    """One of an environment's `members`, and what it owns there.

    user_id: of the user in Dataverse
    disabled: whether requests are refused and discovery leaves the environment out
    without_role: whether it has no security role, so that only WhoAmI answers
    flows, canvas_apps: the number that it owns
    solutions: unique names of the managed solutions that it imported
    """

    user_id: Guid | None = None
    disabled: Flag = False
    without_role: Flag = False
    admin: Flag = False
    flows: Whole = 0
    canvas_apps: Whole = 0
    solutions: Texts = ()

    def id_in(self, environment: EnvironmentEntry) -> str:
        """Return the ID of the user in Dataverse, derived if it is not given."""
        who = self.object_id or self.client_id or self.username or self.group
        return self.user_id or str(uuid5(OURS, f"dataverse:{environment.host}:{who}"))


class EnvironmentEntry(Part):
    """One of `environments`, of Power Platform.

    url: such as `https://fabrikam.crm4.dynamics.com`
    type: 0 is production, 5 is a trial, 7 is a sandbox
    """

    url: Annotated[HttpsUrl, AfterValidator(lambda url: url.rstrip("/").lower())]
    tenant: TenantId
    name: str = ""
    environment_id: Guid | None = None
    enabled: Flag = True
    type: Whole = 0
    members: tuple[MemberEntry, ...] = ()

    @property
    def host(self) -> str:
        """The host of the environment."""
        return self.url.removeprefix("https://")

    @property
    def organization_id(self) -> str:
        """The ID of the organization, derived from the host."""
        return str(uuid5(OURS, f"organization:{self.host}"))


class ServiceSections(Part):
    """The sections about services. Without `graph_permissions` everyone has each permission."""

    customers: tuple[CustomerEntry, ...] = ()
    graph_permissions: tuple[GraphPermissionEntry, ...] | None = None
    environments: tuple[EnvironmentEntry, ...] = ()

    @field_validator("customers")
    @classmethod
    def _check_customers(cls, entries: Any) -> Any:
        refuse_twins((entry.tenant, entry.partner or "") for entry in entries)
        return entries

    @field_validator("environments")
    @classmethod
    def _check_environments(cls, entries: Any) -> Any:
        refuse_twins(entry.host for entry in entries)
        return entries

    def customers_of(self, tenant_id: str) -> list[CustomerEntry]:
        """Return the customers of a partner's tenant."""
        return [entry for entry in self.customers if entry.partner in (None, tenant_id)]

    def environment(self, host: str) -> EnvironmentEntry | None:
        """Find an environment by its host."""
        return next((entry for entry in self.environments if entry.host == host.lower()), None)
