"""`discover --tenants-from gdap|partner_center`: the customers that Microsoft lists for us."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import APP, OURS, Desk, Ran, tenant_id
from tests.services import Answer, Asked, ServiceDouble, Told, service_double

HOME = "f0000000-0000-4000-8000-000000000001"
GDAP = "/v1.0/tenantRelationships/delegatedAdminCustomers"
DENIED = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges"}}
PAGE = 300


def gdap_pages(count: int, double: list[ServiceDouble]) -> Answer:
    """Graph's list of so many customers."""

    def answer(asked: Asked) -> Told:
        assert asked.path == GDAP
        start = int(asked.query.get("$skiptoken", 0))
        numbers = range(start + 1, min(start + PAGE, count) + 1)
        page: dict[str, Any] = {
            "value": [
                {"id": tenant_id(n), "tenantId": tenant_id(n).upper(), "displayName": f"Cust {n}"}
                for n in numbers
            ]
        }
        if start + PAGE < count:
            page["@odata.nextLink"] = f"{double[0].url}{GDAP}?$top=300&$skiptoken={start + PAGE}"
        return Told(page)

    return answer


@pytest.fixture
def double(desk: Desk) -> Iterator[ServiceDouble]:
    """A server for Graph or Partner Center that the desk trusts."""
    with service_double(lambda asked: Told({}, 404)) as found:
        bundle = found.trusted_with(Path(desk.azure.ca_path), desk.path)
        desk.env |= {"REQUESTS_CA_BUNDLE": bundle}
        yield found


def discover(desk: Desk, origin: str, *more: str) -> Ran:
    """Write found.yaml from the customers of our own tenant."""
    return desk.run(
        *("discover", "-c", "tenants.yaml", "--identity", "app", "--tenants-from", origin),
        *("--home-tenant", HOME, "--out", "found.yaml", *more),
    )


def begin(desk: Desk) -> None:
    """A file with one identity and no tenants."""
    (desk.path / "tenants.yaml").write_text(
        "version: 1\nidentities:\n"
        f"  app: {{kind: client_secret, client_id: {APP}, secret: {{env: PAL_SECRET}}}}\n"
    )


def test_700_gdap_customers_over_three_pages_become_a_file_in_sync(
    desk: Desk, double: ServiceDouble
) -> None:
    """The token is for Graph and our own tenant; every customer is in the file."""
    begin(desk)
    desk.seed(dict.fromkeys(range(1, 701), OURS))
    double.answer = gdap_pages(700, [double])
    ran = discover(desk, "gdap", "--endpoint", f"graph={double.url}", "-q")
    assert ran.status == 0, ran.err
    assert "700 tenants, 700 linked" in ran.err
    assert [asked.query["$top"] for asked in double.asked] == ["300"] * 3
    assert {asked.claims["tid"] for asked in double.asked} == {HOME}
    assert {asked.claims["aud"] for asked in double.asked} == {desk.azure.endpoint}
    synced = desk.run("plan", "-c", "found.yaml", "--detailed-exitcode", "--format", "json")
    assert (synced.status, synced.data["summary"]["none"]) == (0, 700)


def test_partner_center_continues_with_a_token_in_a_header(
    desk: Desk, double: ServiceDouble
) -> None:
    """The token of the next page is sent as the answer says; the domain becomes known, too."""

    def answer(asked: Asked) -> Told:
        token = asked.headers.get("MS-ContinuationToken")
        assert asked.path == "/v1/customers"
        assert asked.query.get("seekOperation") == ("Next" if token else None)
        numbers = {None: (1, 2), "two": (3,)}[token]
        items = [
            {"id": tenant_id(n), "companyProfile": {"companyName": f"Cust {n}", "domain": "X.TEST"}}
            for n in numbers
        ]
        following = {
            "uri": "/customers?size=500&seekOperation=Next",
            "headers": [
                {"key": "MS-ContinuationToken", "value": "two"},
                {"key": "Authorization", "value": "Bearer other"},
            ],
        }
        links = {"self": {}} if token else {"self": {}, "next": following}
        return Told(b"\xef\xbb\xbf" + _json({"items": items, "links": links}))

    begin(desk)
    desk.seed(dict.fromkeys(range(1, 4), OURS))
    double.answer = answer
    ran = discover(desk, "partner_center", "--endpoint", f"partner_center={double.url}")
    assert ran.status == 0, ran.err
    assert {asked.claims["aud"] for asked in double.asked} == {
        "https://api.partnercenter.microsoft.com"
    }
    assert all(asked.headers["MS-RequestId"] for asked in double.asked)
    assert (desk.path / "found.yaml").read_text().count("- name: Cust") == 3


def test_a_missing_permission_is_named_and_nothing_is_written(
    desk: Desk, double: ServiceDouble
) -> None:
    """1, with the permission to ask for."""
    begin(desk)
    double.answer = lambda asked: Told(DENIED, 403)
    ran = discover(desk, "gdap", "--endpoint", f"graph={double.url}")
    assert (ran.status, ran.out) == (1, "")
    assert "DelegatedAdminRelationship.Read.All" in ran.err
    assert "Authorization_RequestDenied" in ran.err
    assert not (desk.path / "found.yaml").exists()


@pytest.mark.parametrize("where", ["redirect", "next page"])
def test_a_token_never_follows_an_answer_to_another_host(
    where: str, desk: Desk, double: ServiceDouble
) -> None:
    """Neither a redirect nor a next page reaches a host that nobody named."""
    begin(desk)
    with service_double(lambda asked: Told({"value": []})) as other:
        elsewhere = f"{other.url}{GDAP}"
        bundle = Path(desk.env["REQUESTS_CA_BUNDLE"])
        bundle.write_bytes(bundle.read_bytes() + other.ca_pem)
        double.answer = lambda asked: (
            Told({}, 302, {"Location": elsewhere})
            if where == "redirect"
            else Told({"value": [], "@odata.nextLink": elsewhere})
        )
        ran = discover(desk, "gdap", "--endpoint", f"graph={double.url}")
        assert (ran.status, other.asked) == (1, [])
    assert "redirect" in ran.err or "another host" in ran.err


def test_a_service_that_nobody_named_gets_no_token(desk: Desk) -> None:
    """The cloud behind --arm-endpoint does not name Partner Center: nothing is sent."""
    begin(desk)
    ran = discover(desk, "partner_center")
    assert ran.status == 1
    assert "add --endpoint partner_center=URL" in ran.err
    assert desk.requests("token") == []


@pytest.mark.parametrize(
    "more",
    [
        ("--tenants-from", "gdap"),
        ("--tenants-from", "Customers.csv", "--home-tenant", HOME),
        ("--home-tenant", HOME),
        ("--tenants-from", "gdap", "--home-tenant", "common"),
        ("--tenants-from", "gdap", "--home-tenant", HOME, "--tenants", tenant_id(1)),
        ("--tenants-from", "gdap", "--home-tenant", HOME, "--endpoint", "graph=http://a.test"),
        ("--tenants-from", "gdap", "--home-tenant", HOME, "--endpoint", "grpah=https://a.test"),
    ],
)
def test_options_that_do_not_fit_together_are_wrong_usage(
    more: tuple[str, ...], desk: Desk
) -> None:
    """64, and nothing is sent."""
    begin(desk)
    ran = desk.run("discover", "-c", "tenants.yaml", *more)
    assert (ran.status, desk.requests()) == (64, [])


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
