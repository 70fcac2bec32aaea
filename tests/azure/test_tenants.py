"""The list of tenants, which ARM returns page by page."""

import json
from threading import Event
from typing import Any, cast

import pytest

from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.client import LARGEST_LIST, HttpReply, Https
from reconciler.azure.http.retry import RequestFailed, RetryBudget
from reconciler.azure.session import Session
from reconciler.azure.tenants import list_tenants
from reconciler.core.customers.discovery import Customer

ARM = "https://arm.example"
GUID = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11"
OTHER = "7c0d5a0a-0f5b-4f4e-8b7e-2a51f2f3c999"


class Seated:
    """A signed-in user."""

    arm = ARM

    def __init__(self) -> None:
        self.budgets = 0

    def new_budget(self) -> RetryBudget:
        self.budgets += 1
        return RetryBudget(CircuitBreaker(), Event())

    def headers(self, budget: RetryBudget) -> dict[str, str]:
        return {"Authorization": "Bearer x"}


class Pages:
    """An ARM that returns these pages in order."""

    def __init__(self, *pages: Any) -> None:
        self.pages = [
            page if isinstance(page, bytes) else json.dumps(page).encode() for page in pages
        ]
        self.requested: list[str] = []

    def send(self, method: str, url: str, *, headers: dict[str, str], most_bytes: int) -> HttpReply:
        assert (method, headers) == ("GET", {"Authorization": "Bearer x"})
        assert most_bytes == LARGEST_LIST
        self.requested.append(url)
        return HttpReply(200, {}, self.pages[(len(self.requested) - 1) % len(self.pages)])


def listed(pages: Pages) -> tuple[Customer, ...]:
    seated = Seated()
    found = list_tenants(cast(Session, seated), cast(Https, pages))
    assert seated.budgets == 1, "with a second budget, each retry would be retried"
    return found


def test_every_page_is_read() -> None:
    """Names and domains that are not text are ignored; the default domain comes first."""
    first = {"tenantId": GUID.upper(), "displayName": "Fabrikam", "domains": ["b.example", 7]}
    pages = Pages(
        {
            "value": [first | {"defaultDomain": "A.example"}],
            "nextLink": f"{ARM}/tenants?api-version=2022-12-01&$skiptoken=x",
        },
        {"value": [{"tenantId": OTHER, "displayName": None, "domains": None}]},
    )
    assert listed(pages) == (
        Customer("Fabrikam", GUID, ("a.example", "b.example")),
        Customer("", OTHER),
    )
    assert pages.requested[0] == f"{ARM}/tenants?api-version=2022-12-01"
    assert pages.requested[1].endswith("skiptoken=x")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"<html>", "is not a list"),
        ([], "is not a list"),
        ({"value": None}, "is not a list"),
        ({"value": [{"tenantId": "common"}]}, "contains a tenant without an ID"),
        ({"value": ["x"]}, "contains a tenant without an ID"),
        ({"value": [], "nextLink": "https://elsewhere.example/tenants"}, "on another host"),
        ({"value": [], "nextLink": 1}, "on another host"),
        ({"value": [], "nextLink": f"{ARM}:port/tenants"}, "on another host"),
        ({"value": [], "nextLink": f"{ARM}:99999/tenants"}, "on another host"),
        ({"value": [], "nextLink": "https://[::1/tenants"}, "on another host"),
        ({"value": [], "nextLink": [ARM]}, "on another host"),
        ({"value": [], "nextLink": f"{ARM}/tenants"}, "has more than 100 pages"),
    ],
)
def test_a_malformed_list_is_rejected(page: Any, expected: str) -> None:
    """No token is sent to another host, and a partial list is never used as a complete one."""
    pages = Pages(page)
    with pytest.raises(RequestFailed) as caught:
        listed(pages)
    assert expected in caught.value.problem.message
    assert all(url.startswith(ARM) for url in pages.requested)
