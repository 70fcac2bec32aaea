"""`--access` at Power Platform customers: ownership in their environments counts."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.command import OURS, Desk, tenant_id
from tests.e2e.test_users import ALICE, at_a_terminal
from tests.services import Asked, ServiceDouble, Told, service_double

NAMES = ("Owner", "Member", "Stranger", "Unlisted", "Importer")
ME = "5a1d5a0a-0f5b-4f4e-8b7e-2a51f2f3c001"
NOT_A_USER = {"error": {"code": "0x80072560", "message": "The user is not a member."}}
OWNED = {"Owner": "canvasapps", "Importer": "solutions"}


def environment(asked: Asked) -> Told:
    """Five environments, each named like its customer."""
    _, host, *_, request = asked.path.split("/")
    name = host.partition(".")[0].capitalize()
    assert asked.claims["aud"] == f"https://{host}"
    assert asked.claims["tid"] == tenant_id(1 + NAMES.index(name))
    if name == "Stranger":
        return Told(NOT_A_USER, 403)
    if request == "WhoAmI":
        return Told({"UserId": ME})
    return Told({"value": [{"id": ME}] if OWNED.get(name) == request else []})


@pytest.fixture
def dataverse(desk: Desk) -> Iterator[ServiceDouble]:
    """A server for all environments that the desk trusts."""
    with service_double(environment) as double:
        bundle = double.trusted_with(Path(desk.azure.ca_path), desk.path)
        desk.env |= {
            "REQUESTS_CA_BUNDLE": bundle,
            "PAL_RECONCILE_ENDPOINTS": f"dataverse={double.url}",
        }
        yield double


def write(desk: Desk) -> None:
    """Five linked customers, one of them without a listed environment."""
    listed = {
        name: f", environments: ['https://{name.lower()}.crm4.dynamics.com']"
        for name in NAMES
        if name != "Unlisted"
    }
    desk.write(
        "".join(
            f"  - {{name: {name}, tenant: {tenant_id(number)}, tags: [pp]{listed.get(name, '')}}}\n"
            for number, name in enumerate(NAMES, 1)
        )
    )
    path = desk.path / "tenants.yaml"
    text = path.read_text().replace(
        "identities: [app]}", "identities: [app], by_tag: {pp: {workload: power_platform}}}"
    )
    path.write_text(text)
    desk.seed(dict.fromkeys(range(1, 6), OURS))


def test_five_customers_have_five_verdicts(desk: Desk, dataverse: ServiceDouble) -> None:
    """Owner, member, no member, no environment and importer; no Azure role is asked for."""
    write(desk)
    shown = desk.run("show", "--access", "--format", "json")
    assert shown.status == 0, shown.err
    found = {name: shown.link(name)["access"] for name in NAMES}
    assert {name: (each["verdict"], each["reason"]) for name, each in found.items()} == {
        "Owner": ("eligible", "owns_assets"),
        "Member": ("none", "owns_nothing"),
        "Stranger": ("none", "not_a_member"),
        "Unlisted": ("cannot_tell", "no_environment_listed"),
        "Importer": ("eligible", "owns_assets"),
    }
    assert {each["workload"] for each in found.values()} == {"power_platform"}
    assert all("Customer Insights were not checked" in each["message"] for each in found.values())
    assert "application user" in found["Stranger"]["hint"]
    assert len(dataverse.asked) == 4 + 4 + 1 + 4


def test_the_verdicts_are_no_part_of_a_plan(desk: Desk, dataverse: ServiceDouble) -> None:
    """plan asks no environment, and has the digest of a file without environments' answers."""
    write(desk)
    before = desk.plan().data
    assert dataverse.asked == []
    desk.run("show", "--access")
    assert desk.plan().data["digest"] == before["digest"]


def test_without_an_endpoint_no_environment_of_another_cloud_gets_a_token(desk: Desk) -> None:
    """The cloud behind --arm-endpoint does not name Dataverse; the links are read."""
    write(desk)
    shown = desk.run("show", "--access", "--format", "json", "--only", "Owner")
    access = shown.link("Owner")["access"]
    assert (shown.status, access["verdict"], access["reason"]) == (0, "cannot_tell", "incomplete")
    assert "--endpoint dataverse=URL" in (access["message"] + str(access["hint"]))


def test_the_environments_of_a_person_are_discovered(desk: Desk) -> None:
    """With a token of their stored sign-in for the discovery service, and one for each of them."""
    home = desk.path / "home"
    home.mkdir()
    desk.env |= {
        "HOME": str(home),
        "DBUS_SESSION_BUS_ADDRESS": "",
        "PAL_RECONCILE_ENDPOINTS": f"dataverse={desk.azure.endpoint} "
        f"discovery={desk.azure.endpoint}",
    }
    (desk.path / "tenants.yaml").write_text(
        f'version: 1\npartners: {{uk: {{id: "{OURS}"}}}}\n'
        f"identities:\n  alice: {{kind: user, username: {ALICE}}}\n"
        "defaults: {partner: uk, identities: [alice], workload: power_platform}\n"
        f"tenants:\n  - {{name: C1, tenant: {tenant_id(1)}}}\n"
    )
    member = {"username": ALICE, "flows": 0}
    environment = {"url": "https://one.crm4.dynamics.com", "tenant": tenant_id(1)}
    desk.seed(
        tenants=[{"tenant": tenant_id(1)}],
        users=[{"username": ALICE, "tenant": tenant_id(1)}],
        environments=[{**environment, "members": [member]}],
        approve_as=ALICE,
        device_code_interval_s=1,
    )
    signed_in = desk.run("login", "alice", "--device-code", "--allow-plaintext-cache")
    assert signed_in.status == 0, signed_in.err
    status, out = at_a_terminal(desk, "show", "--access", "--format", "json")
    (link,) = json.loads(out)["links"]
    assert (status, link["access"]["verdict"]) == (0, "probably")
    assert link["access"]["reason"] == "member_of_environment"
    assert len(desk.requests("discovery")) == 1
    assert len(desk.requests("who_am_i", "flows", "canvas_apps", "solutions")) == 4


@pytest.mark.parametrize(
    "url",
    [
        "https://owner.crm4.dynamics.com.evil.example",
        "https://owner.crm4.dynamics.com:8443",
        "https://owner.crm4.dynamics.com@evil.example",
        "http://owner.crm4.dynamics.com",
        "https://owner.crm4.dynamics.com.",
        "https://owner.crm4.dynamics.com/api",
    ],
)
def test_a_hostile_environment_is_refused_before_anything_is_sent(url: str, desk: Desk) -> None:
    """78, offline."""
    write(desk)
    path = desk.path / "tenants.yaml"
    path.write_text(path.read_text().replace("https://owner.crm4.dynamics.com", url))
    for command in ("validate", "show"):
        ran = desk.run(command)
        assert ran.status == 78
        assert "is not the address of a Dataverse environment" in ran.err
    assert desk.requests() == []
