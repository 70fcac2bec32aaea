"""The access check of Power Platform: what a principal owns in the customer's environments."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from reconciler.azure.access.checkers import AccessSettings
from reconciler.azure.access.role_list import packaged_roles
from reconciler.azure.cloud_metadata import find_cloud
from reconciler.azure.connection import Azure, ConnectionSettings
from reconciler.azure.services.endpoints import find_services
from reconciler.core.access.link_access import access_of
from reconciler.core.access.values import Access, AccessReason, AccessVerdict, Workload
from reconciler.core.identities import ClientSecret, SecretRef
from reconciler.core.links import Action, Change, Place, Wanted, WantedState
from reconciler.core.network.services import Service
from reconciler.emulator.seed.seed import read as seed
from reconciler.emulator.server import Emulator
from tests.e2e.command import APP, OURS, SECRET, tenant_id
from tests.services import Asked, ServiceDouble, Told, service_double

HOST, OTHER = "fabrikam.crm4.dynamics.com", "northwind.crm.dynamics.com"
USER = "5a1d5a0a-0f5b-4f4e-8b7e-2a51f2f3c001"
PLACE = Place("Fabrikam", tenant_id(1), "app")
NOT_A_USER = Told(
    {"error": {"code": "0x80072560", "message": "The user is not a member of the organization."}},
    403,
)
NO_ROLE = Told({"error": {"code": "0x80042f09", "message": "no roles are assigned"}}, 403)
BROKEN = Told({"error": {"code": "0x80040216", "message": "An unexpected error occurred"}}, 400)
ME = Told({"UserId": USER, "BusinessUnitId": USER, "OrganizationId": USER})
NOTHING = Told({"value": []})
TABLES = ("workflows", "canvasapps", "solutions")


@pytest.fixture
def dataverse() -> Iterator[ServiceDouble]:
    """A server for every environment."""
    with service_double(lambda asked: NOT_A_USER) as double:
        yield double


@pytest.fixture
def check(
    emulator: Emulator, dataverse: ServiceDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Access]:
    """A function that reads the link with its access, for these environments."""
    monkeypatch.setenv("PAL_SECRET", SECRET)
    link = {"tenant": tenant_id(1), "client_id": APP, "partner_id": OURS}
    emulator.state.reset(seed({"links": [link]}))
    bundle = dataverse.trusted_with(Path(emulator.ca_path), tmp_path)

    def run(*hosts: str) -> Access:
        cloud = find_cloud("public", emulator.endpoint, bundle, Event())
        wanted = Wanted(PLACE, WantedState.LINKED, OURS, environments=hosts)
        endpoints = {Service.DATAVERSE: dataverse.url, Service.DISCOVERY: dataverse.url}
        settings = ConnectionSettings(
            cloud,
            {"app": ClientSecret("app", APP, secret=(SecretRef("env", "PAL_SECRET"),))},
            bundle,
            services=find_services(cloud, "public", endpoints, [wanted]),
            access=AccessSettings(packaged_roles(), 50, {PLACE: Workload.POWER_PLATFORM}),
        )
        azure = Azure(settings, Event())
        try:
            with azure.reader(PLACE) as link:
                observed = link.read()
        finally:
            azure.close()
        assert observed.partner_id == OURS
        found = access_of(Change(wanted, observed, Action.NONE, ""))
        assert found is not None
        return found

    return run


def environment(**tables: Told) -> Callable[[Asked], Told]:
    """An environment in which the principal is a user; tables that are not given are empty."""

    def answer(asked: Asked) -> Told:
        name = asked.path.rpartition("/")[2]
        return ME if name == "WhoAmI" else tables.get(name, NOTHING)

    return answer


OWNED = Told({"value": [{"x": 1}]})


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"workflows": OWNED}, "owns cloud flows in"),
        ({"canvasapps": OWNED}, "owns canvas apps in"),
        ({"solutions": OWNED}, "owns managed solutions that it imported in"),
        ({"workflows": OWNED, "canvasapps": BROKEN}, "owns cloud flows in"),
        ({"workflows": OWNED, "solutions": OWNED}, "owns cloud flows and managed solutions"),
    ],
)
def test_an_owner_is_eligible(
    tables: dict[str, Told], said: str, check: Callable[..., Access], dataverse: ServiceDouble
) -> None:
    """By what it owns in one environment, whatever another one answers."""
    dataverse.answer = environment(**tables)
    found = check(HOST)
    assert (found.verdict, found.reason) == (AccessVerdict.ELIGIBLE, AccessReason.OWNS_ASSETS)
    assert found.workload is Workload.POWER_PLATFORM
    assert said in found.message
    assert "Power BI and Customer Insights were not checked" in found.full_message
    assert "last linked account that imports a managed solution owns what" in found.full_message


def test_the_requests_are_those_of_the_contract(
    check: Callable[..., Access], dataverse: ServiceDouble
) -> None:
    """The environment's host is a path, the token is for the environment, one row is asked for."""
    dataverse.answer = environment()
    check(HOST)
    assert [asked.path for asked in dataverse.asked] == [
        f"/{HOST}/api/data/v9.2/{name}" for name in ("WhoAmI", *TABLES)
    ]
    assert {asked.claims["aud"] for asked in dataverse.asked} == {f"https://{HOST}"}
    assert {asked.claims["tid"] for asked in dataverse.asked} == {tenant_id(1)}
    flows, apps, solutions = (asked.query for asked in dataverse.asked[1:])
    assert flows["$filter"] == f"category eq 5 and _ownerid_value eq {USER}"
    assert apps["$filter"] == f"_ownerid_value eq {USER}"
    assert solutions["$filter"] == (
        f"ismanaged eq true and (_createdby_value eq {USER} or _modifiedby_value eq {USER})"
    )
    assert {query["$top"] for query in (flows, apps, solutions)} == {"1"}


@pytest.mark.parametrize(
    ("answer", "verdict", "reason"),
    [
        (environment(), AccessVerdict.NONE, AccessReason.OWNS_NOTHING),
        (lambda asked: NOT_A_USER, AccessVerdict.NONE, AccessReason.NOT_A_MEMBER),
        (
            lambda asked: NO_ROLE,
            AccessVerdict.CANNOT_TELL,
            AccessReason.NARROW_ROLE_OR_NO_READ,
        ),
        (
            environment(canvasapps=NO_ROLE),
            AccessVerdict.CANNOT_TELL,
            AccessReason.NARROW_ROLE_OR_NO_READ,
        ),
        (environment(workflows=BROKEN), AccessVerdict.CANNOT_TELL, AccessReason.INCOMPLETE),
        (
            environment(workflows=Told({"value": [7]}), solutions=Told({"value": [{}]})),
            AccessVerdict.CANNOT_TELL,
            AccessReason.INCOMPLETE,
        ),
        (lambda asked: BROKEN, AccessVerdict.CANNOT_TELL, AccessReason.INCOMPLETE),
        (lambda asked: Told({}, 401), AccessVerdict.CANNOT_TELL, AccessReason.INCOMPLETE),
        (lambda asked: Told({}, 404), AccessVerdict.CANNOT_TELL, AccessReason.INCOMPLETE),
        (lambda asked: Told(b"<html>"), AccessVerdict.CANNOT_TELL, AccessReason.INCOMPLETE),
        (lambda asked: Told({}), AccessVerdict.CANNOT_TELL, AccessReason.INCOMPLETE),
        (
            lambda asked: Told({"UserId": "x' or true"}),
            AccessVerdict.CANNOT_TELL,
            AccessReason.INCOMPLETE,
        ),
    ],
)
def test_only_an_exact_answer_means_none(
    answer: Callable[[Asked], Told],
    verdict: AccessVerdict,
    reason: AccessReason,
    check: Callable[..., Access],
    dataverse: ServiceDouble,
) -> None:
    """Anything else means that it cannot be told."""
    dataverse.answer = answer
    found = check(HOST)
    assert (found.verdict, found.reason) == (verdict, reason)
    assert found.hint


def test_the_remedy_names_the_app_and_the_environment(check: Callable[..., Access]) -> None:
    """The customer adds an application user."""
    found = check(HOST)
    assert found.message == f"this account is not a user of {HOST}"
    assert f"add an application user for {APP}" in str(found.hint)
    assert HOST in str(found.hint)


def test_without_environments_nothing_is_asked(
    check: Callable[..., Access], dataverse: ServiceDouble
) -> None:
    """An app cannot use the discovery service."""
    found = check()
    assert (found.verdict, found.reason) == (
        AccessVerdict.CANNOT_TELL,
        AccessReason.NO_ENVIRONMENT_LISTED,
    )
    assert dataverse.asked == []
    assert "environments:" in str(found.hint)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (environment(workflows=OWNED), lambda asked: BROKEN, AccessReason.OWNS_ASSETS),
        (environment(), lambda asked: NOT_A_USER, AccessReason.OWNS_NOTHING),
        (environment(), lambda asked: NO_ROLE, AccessReason.NARROW_ROLE_OR_NO_READ),
        (lambda asked: NOT_A_USER, lambda asked: BROKEN, AccessReason.INCOMPLETE),
    ],
)
def test_the_best_environment_decides_and_none_needs_all(
    first: Callable[[Asked], Told],
    second: Callable[[Asked], Told],
    reason: AccessReason,
    check: Callable[..., Access],
    dataverse: ServiceDouble,
) -> None:
    """An environment that could not be read never leads to none."""
    dataverse.answer = lambda asked: (first if HOST in asked.path else second)(asked)
    assert check(HOST, OTHER).reason is reason
    assert check(OTHER, HOST).reason is reason


def test_a_redirect_is_not_followed(check: Callable[..., Access], dataverse: ServiceDouble) -> None:
    """The token stays with the environment."""
    elsewhere = f"{dataverse.url}/stolen"
    dataverse.answer = lambda asked: Told({}, 302, {"Location": elsewhere})
    assert check(HOST).reason is AccessReason.INCOMPLETE
    assert "/stolen" not in [asked.path for asked in dataverse.asked]
