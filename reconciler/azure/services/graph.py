"""GDAP customers and relationships of our own tenant, from Microsoft Graph.

Both lists need the permission `DelegatedAdminRelationship.Read.All`. A customer is listed while at
least one of its relationships is active. Graph returns up to 300 entries on a page.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from reconciler.azure.services.client import ServiceClient
from reconciler.azure.services.errors import unexpected
from reconciler.azure.signin.openid import GUID
from reconciler.core.customers.discovery import Customer
from reconciler.core.customers.listed import GdapRelationship

PERMISSION = "DelegatedAdminRelationship.Read.All"
FORBIDDEN = (
    f"give the app the application permission {PERMISSION} of Microsoft Graph in your own tenant "
    "and grant admin consent; a person needs the delegated permission of that name"
)

CUSTOMERS = "/v1.0/tenantRelationships/delegatedAdminCustomers?$top=300"
RELATIONSHIPS = "/v1.0/tenantRelationships/delegatedAdminRelationships?$top=300&$filter=" + quote(
    "status eq 'active'", safe="'"
)
_ACTIVE = ("active", "expiring")
_NO_EXTENSION = ("", "PT0S", "P0D")


def list_customers(graph: ServiceClient) -> tuple[Customer, ...]:
    """All customers with an active relationship, in Graph's order. Raises `RequestFailed`."""
    return tuple(
        Customer(_text(entry.get("displayName")), _tenant_id(graph, entry))
        for entry in _entries(graph, CUSTOMERS)
    )


def list_relationships(graph: ServiceClient) -> tuple[GdapRelationship, ...]:
    """All active relationships, in Graph's order. Raises `RequestFailed`."""
    return tuple(
        _relationship(graph, entry)
        for entry in _entries(graph, RELATIONSHIPS)
        if _status(graph, entry) in _ACTIVE
    )


def _entries(graph: ServiceClient, path: str) -> Iterator[dict[str, Any]]:
    """The entries of all pages of a list."""
    for page in graph.pages(path):
        for entry in page["value"]:
            if not isinstance(entry, dict):
                raise unexpected(graph.label, "contains an entry that is not an object")
            yield entry


def _relationship(graph: ServiceClient, entry: dict[str, Any]) -> GdapRelationship:
    customer = entry.get("customer")
    if not isinstance(customer, dict):
        raise unexpected(graph.label, "contains a relationship without a customer")
    return GdapRelationship(
        name=_text(entry.get("displayName")),
        tenant_id=_tenant_id(graph, customer),
        customer=_text(customer.get("displayName")),
        ends_at=_time(graph, entry.get("endDateTime")),
        is_extended=_text(entry.get("autoExtendDuration")) not in _NO_EXTENSION,
    )


def _tenant_id(graph: ServiceClient, entry: dict[str, Any]) -> str:
    tenant_id = entry.get("tenantId") or entry.get("id")
    if not isinstance(tenant_id, str) or not GUID.fullmatch(tenant_id):
        raise unexpected(graph.label, "contains a customer without a tenant ID")
    return tenant_id.lower()


def _status(graph: ServiceClient, entry: dict[str, Any]) -> str:
    status = _text(entry.get("status")).casefold()
    if not status:
        raise unexpected(graph.label, "contains a relationship without a status")
    return status


def _time(graph: ServiceClient, value: object) -> datetime | None:
    """A time in UTC; None if it is missing."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(_text(value))
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise unexpected(graph.label, "contains a relationship with a malformed end") from None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
