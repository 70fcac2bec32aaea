"""The list of our customers, from Microsoft Graph or Partner Center."""

from collections.abc import Callable
from typing import TypeVar

from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.services import graph, partner_center
from reconciler.azure.services.client import ServiceClient
from reconciler.core.customers.listed import CustomerListing, CustomerOrigin, CustomerSource
from reconciler.core.links import Place, Problem
from reconciler.core.network.services import Service

T = TypeVar("T")

OpenClient = Callable[[Place, Service, str], ServiceClient]
"""Opens a service for a principal; the text is the hint for a missing permission."""


def read_listing(
    source: CustomerSource, open_client: OpenClient, *, with_relationships: bool
) -> CustomerListing:
    """Read the list of our customers.

    with_relationships  whether to read the relationships of GDAP as well
    """
    home = Place(source.tenant, source.tenant, source.identity)
    if source.origin is CustomerOrigin.PARTNER_CENTER:
        service, hint = Service.PARTNER_CENTER, partner_center.FORBIDDEN
        found = _tried(lambda: partner_center.list_customers(open_client(home, service, hint)))
        if isinstance(found, Problem):
            return CustomerListing(None, (), (found,))
        return CustomerListing(found)
    client = _tried(lambda: open_client(home, Service.GRAPH, graph.FORBIDDEN))
    if isinstance(client, Problem):
        return CustomerListing(None, None, (client,))
    customers = _tried(lambda: graph.list_customers(client))
    related = _tried(lambda: graph.list_relationships(client)) if with_relationships else ()
    problems = [each for each in (customers, related) if isinstance(each, Problem)]
    return CustomerListing(
        None if isinstance(customers, Problem) else customers,
        None if isinstance(related, Problem) else related,
        tuple(dict.fromkeys(problems)),
    )


def _tried(attempt: Callable[[], T]) -> T | Problem:
    try:
        return attempt()
    except RequestFailed as failure:
        return failure.problem
