"""The list of tenants that a signed-in principal can see, from ARM.

`GET /tenants` (api-version 2022-12-01) returns every tenant in which the user has an object, with
its display name and verified domains. An app sees only the tenant that it signed in to.
"""

from functools import partial
from typing import Any

from reconciler.azure.http.client import LARGEST_LIST, Https
from reconciler.azure.http.failures import unexpected_answer
from reconciler.azure.http.header_values import json_object
from reconciler.azure.http.retry import RequestFailed, RetryBudget
from reconciler.azure.http.urls import https_origin
from reconciler.azure.session import Session
from reconciler.azure.signin.openid import GUID
from reconciler.core.customers.discovery import Customer

API_VERSION = "2022-12-01"

MOST_PAGES = 100
"""Maximum number of pages. A longer list is refused."""


def list_tenants(session: Session, https: Https) -> tuple[Customer, ...]:
    """List all tenants of the signed-in principal, in ARM's order; raises `RequestFailed`."""
    budget = session.new_budget()
    url = f"{session.arm}/tenants?api-version={API_VERSION}"
    found: list[Customer] = []
    for _ in range(MOST_PAGES):
        page = budget.call(partial(_page, session, https, url, budget))
        found += map(_customer, page["value"])
        following = page.get("nextLink")
        if not following:
            return tuple(found)
        if https_origin(following) != https_origin(session.arm):
            raise _unexpected("links to a next page on another host")
        url = following
    raise _unexpected(f"has more than {MOST_PAGES} pages")


def _page(session: Session, https: Https, url: str, budget: RetryBudget) -> dict[str, Any]:
    reply = https.send("GET", url, headers=session.headers(budget), most_bytes=LARGEST_LIST)
    if reply.status != 200:
        raise session.refused(reply, url)
    page = json_object(reply.body)
    if page is None or not isinstance(page.get("value"), list):
        raise _unexpected("is not a list")
    return page


def _customer(entry: Any) -> Customer:
    """One tenant; raises `RequestFailed` if its ID is not a GUID. Its names are untrusted."""
    tenant_id = entry.get("tenantId") if isinstance(entry, dict) else None
    if not isinstance(tenant_id, str) or not GUID.fullmatch(tenant_id):
        raise _unexpected("contains a tenant without an ID")
    name, domains = entry.get("displayName"), entry.get("domains")
    named = domains if isinstance(domains, list) else []
    default = entry.get("defaultDomain")
    known = [d.lower() for d in (default, *named) if isinstance(d, str) and d]
    return Customer(
        name if isinstance(name, str) else "", tenant_id.lower(), tuple(dict.fromkeys(known))
    )


def _unexpected(what: str) -> RequestFailed:
    hint = "name the tenants with --tenants or --tenants-from"
    return unexpected_answer(f"the list of tenants {what}", hint)
