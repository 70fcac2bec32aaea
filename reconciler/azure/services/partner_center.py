"""Partner Center: the customers of a cloud solution provider, and the profiles of partner IDs.

The list of customers continues with a token in a header. Profiles need a person who signed in with
MFA.
"""

import re
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from reconciler.azure.services.client import MOST_PAGES, Data, ServiceClient
from reconciler.azure.services.errors import ServiceRefused, unexpected
from reconciler.azure.signin.openid import GUID
from reconciler.core.customers.discovery import Customer
from reconciler.core.doctor.partner_ids import PartnerProfile

CUSTOMERS = "/v1/customers?size=500"
PROFILE = "/v1/profiles/mpn?mpnId="
CONTINUATION = "MS-ContinuationToken"

FORBIDDEN = (
    "give the app access to Partner Center (API permission, and add it under Account settings > "
    "App management), or sign in as a person with the role Admin agent"
)

_DOMAIN = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+")


def list_customers(partner_center: ServiceClient) -> tuple[Customer, ...]:
    """All customers, in Partner Center's order. Raises `RequestFailed`."""
    return tuple(
        _customer(partner_center, item) for page in _pages(partner_center) for item in page["items"]
    )


def profile_of(partner_center: ServiceClient, partner_id: str) -> PartnerProfile:
    """What Partner Center says about a partner ID. Raises `RequestFailed`."""
    try:
        data = partner_center.get(PROFILE + quote(partner_id), _headers())
    except ServiceRefused as refusal:
        if refusal.status == 404:
            return PartnerProfile(partner_id, is_known=False)
        raise
    if str(data.get("mpnId")) != partner_id:
        raise unexpected(partner_center.label, f"is not about partner ID {partner_id}")
    name = data.get("partnerName")
    return PartnerProfile(partner_id, True, name if isinstance(name, str) else None)


def _pages(partner_center: ServiceClient) -> Iterator[Data]:
    path, headers = CUSTOMERS, _headers()
    for _ in range(MOST_PAGES):
        page = partner_center.get(path, headers)
        if not isinstance(page.get("items"), list):
            raise unexpected(partner_center.label, "is not a list of customers")
        yield page
        links = page.get("links")
        following = links.get("next") if isinstance(links, dict) else None
        if not following:
            return
        path, token = _next(partner_center, following)
        headers = {**_headers(), **({CONTINUATION: token} if token else {})}
    raise unexpected(partner_center.label, f"has more than {MOST_PAGES} pages")


def _next(partner_center: ServiceClient, following: Any) -> tuple[str, str]:
    """The path and the continuation token of the next page. No other header is taken over."""
    uri = following.get("uri") if isinstance(following, dict) else None
    if not isinstance(uri, str) or not uri:
        raise unexpected(partner_center.label, "has a next page without an address")
    given = following.get("headers")
    tokens = [
        header.get("value")
        for header in (given if isinstance(given, list) else ())
        if isinstance(header, dict) and str(header.get("key")).casefold() == CONTINUATION.casefold()
    ]
    token = next((token for token in tokens if isinstance(token, str)), "")
    if uri.startswith("https://"):
        return uri, token
    path = "/" + uri.lstrip("/")
    return (path if path.startswith("/v1/") else f"/v1{path}"), token


def _customer(partner_center: ServiceClient, item: Any) -> Customer:
    profile = item.get("companyProfile") if isinstance(item, dict) else None
    profile = profile if isinstance(profile, dict) else {}
    tenant_id = profile.get("tenantId") or (item.get("id") if isinstance(item, dict) else None)
    if not isinstance(tenant_id, str) or not GUID.fullmatch(tenant_id):
        raise unexpected(partner_center.label, "contains a customer without a tenant ID")
    name, domain = profile.get("companyName"), profile.get("domain")
    folded = domain.lower() if isinstance(domain, str) else ""
    return Customer(
        name if isinstance(name, str) else "",
        tenant_id.lower(),
        (folded,) if _DOMAIN.fullmatch(folded) else (),
    )


def _headers() -> dict[str, str]:
    """The headers that Partner Center asks for. The IDs are new for each request."""
    return {
        "MS-RequestId": str(uuid.uuid4()),
        "MS-CorrelationId": str(uuid.uuid4()),
        "X-Locale": "en-US",
    }
