"""The global discovery service of Power Platform: the environments that a person can enter.

It accepts no tokens of apps. It leaves out environments whose security group excludes the person,
and those that they reach as a delegated administrator only.
"""

from collections.abc import Iterator
from typing import Any

from reconciler.azure.services.client import ServiceClient
from reconciler.azure.services.errors import unexpected

INSTANCES = (
    "/api/discovery/v2.0/Instances?$select=ApiUrl,EnvironmentId,FriendlyName,TenantId,State,"
    "OrganizationType,IsUserSysAdmin,TrialExpirationDate"
)

ENABLED = (0, "Enabled")
"""`State` of an environment that can be entered."""

PRODUCTION = (0, "Customer", 12, "Default")
"""`OrganizationType` of a production environment, and of the tenant's default environment."""


def list_environments(discovery: ServiceClient, tenant_id: str) -> tuple[str, ...]:
    """The URLs of the enabled production environments of a tenant. Raises `RequestFailed`."""
    return tuple(
        url
        for page in discovery.pages(INSTANCES)
        for entry in page["value"]
        for url in _url(discovery, entry, tenant_id)
    )


def _url(discovery: ServiceClient, entry: Any, tenant_id: str) -> Iterator[str]:
    url = entry.get("ApiUrl") if isinstance(entry, dict) else None
    if not isinstance(url, str):
        raise unexpected(discovery.label, "contains an environment without a URL")
    tenant = entry.get("TenantId")
    is_here = not isinstance(tenant, str) or tenant.lower() == tenant_id
    is_enabled = entry.get("State", ENABLED[0]) in ENABLED
    is_production = entry.get("OrganizationType", PRODUCTION[0]) in PRODUCTION
    if is_here and is_enabled and is_production:
        yield url
