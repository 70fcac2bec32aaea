"""People of Power Platform: the environments that the discovery service lists are asked, too."""

import json
from threading import Event
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from reconciler.azure.access.power_platform import MOST_DISCOVERED, PowerPlatform
from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.client import HttpReply, Https
from reconciler.azure.http.retry import RetryBudget
from reconciler.azure.services.client import ServiceClient, ServiceSession
from reconciler.azure.services.endpoints import ServiceEndpoint, Services
from reconciler.azure.session import Session
from reconciler.core.access.values import Access, AccessReason
from reconciler.core.links import Place
from reconciler.core.network.services import Service

TENANT = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11"
PLACE = Place("Fabrikam", TENANT, "alice")
DISCOVERY = ServiceEndpoint(Service.DISCOVERY, "https://disco.example", "https://disco/.default")
NOT_A_USER = {"error": {"code": "0x80072560", "message": "The user is not a member."}}

Instances = list[dict[str, Any]] | int


class World:
    """A discovery service, and environments in which the person is a user."""

    def __init__(self, instances: Instances, members: set[str]) -> None:
        self.instances = instances
        self.members = members
        self.asked: list[str] = []

    def send(self, method: str, url: str, **_: Any) -> HttpReply:
        host = urlsplit(url).netloc
        self.asked.append(host)
        if host == "disco.example":
            if isinstance(self.instances, int):
                return HttpReply(self.instances, {}, b"{}")
            return _reply(200, {"value": self.instances})
        if host not in self.members:
            return _reply(403, NOT_A_USER)
        return _reply(200, {"UserId": TENANT} if "WhoAmI" in url else {"value": []})


def _reply(status: int, data: Any) -> HttpReply:
    return HttpReply(status, {}, json.dumps(data).encode())


def check(world: World, *listed: str, is_app: bool = False) -> Access:
    """The access of a person with these environments in the file."""
    session = SimpleNamespace(
        name="alice@contoso.example",
        is_app=is_app,
        tenant_id=TENANT,
        new_budget=lambda: RetryBudget(CircuitBreaker(), Event()),
        headers=lambda budget: {},
        renew=lambda reply: False,
    )

    def open_service(place: Place, endpoint: ServiceEndpoint) -> ServiceClient:
        return ServiceClient(cast(ServiceSession, session), cast(Https, world), endpoint)

    services = Services({Service.DISCOVERY: DISCOVERY}, is_named=True, environments={PLACE: listed})
    return PowerPlatform(services, open_service).check(PLACE, cast(Session, session))


def instance(host: str, **more: Any) -> dict[str, Any]:
    return {"ApiUrl": f"https://{host}", "State": 0, "TenantId": TENANT} | more


def test_a_user_of_a_discovered_environment_probably_counts() -> None:
    """Nothing that they own was found, but Power BI and Customer Insights were not read."""
    world = World([instance("a.api.crm4.dynamics.com")], {"a.crm4.dynamics.com"})
    assert check(world).reason is AccessReason.MEMBER_OF_ENVIRONMENT


def test_only_an_app_is_not_asked_for_by_discovery() -> None:
    """The discovery service accepts no tokens of apps."""
    world = World([instance("a.crm4.dynamics.com")], set())
    assert check(world, is_app=True).reason is AccessReason.NO_ENVIRONMENT_LISTED
    assert world.asked == []


@pytest.mark.parametrize(
    "entry",
    [
        instance("evil.example"),
        instance("a.crm4.dynamics.com:8443"),
        instance("a.crm4.dynamics.com/path"),
        instance("user@a.crm4.dynamics.com"),
        instance("a.crm4.dynamics.com", State=1),
        instance("a.crm4.dynamics.com", OrganizationType=5),
        instance("a.crm4.dynamics.com", TenantId="7c0d5a0a-0f5b-4f4e-8b7e-2a51f2f3c999"),
    ],
)
def test_no_token_goes_to_an_environment_that_does_not_belong_here(entry: dict[str, Any]) -> None:
    """Another host, a disabled one, a sandbox, or one of another directory."""
    world = World([entry], set())
    assert check(world).reason is AccessReason.NO_ENVIRONMENT_LISTED
    assert world.asked == ["disco.example"]


def test_an_environment_is_asked_once_and_few_are_discovered() -> None:
    """The one in the file has another name of the same host."""
    hosts = [f"a{n}.crm4.dynamics.com" for n in range(20)]
    world = World([instance(host.replace(".", ".api.", 1)) for host in hosts], set())
    assert check(world, "a0.crm4.dynamics.com").reason is AccessReason.NOT_A_MEMBER
    assert world.asked == ["disco.example", "a0.crm4.dynamics.com", *hosts[1 : MOST_DISCOVERED + 1]]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_without_discovery_the_verdict_is_never_none(status: int) -> None:
    """Other environments may exist."""
    world = World(status, set())
    found = check(world, "a.crm4.dynamics.com")
    assert found.reason is AccessReason.INCOMPLETE
    assert not found.complete


@pytest.mark.parametrize("entry", [7, {}, {"ApiUrl": None}, {"ApiUrl": 7}])
def test_an_entry_that_is_not_an_environment_makes_the_list_unreadable(entry: Any) -> None:
    """What could not be read is never none, although the listed environment has no such user."""
    access = check(World([entry], set()), "a.crm4.dynamics.com")
    assert (access.reason, access.complete) == (AccessReason.INCOMPLETE, False)
