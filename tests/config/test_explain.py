"""`validate --explain`: every value of a tenant, with its source."""

from pathlib import Path

import pytest

from reconciler.config.explain import explain
from reconciler.config.load import load
from reconciler.core.customers.explanations import ExplainedValue, Explanation
from reconciler.core.errors import WrongUsage
from tests.config.conftest import TODAY

FILE = """\
version: 1
partners: {uk: {id: "4936128"}, us: {id: "5111222"}}
identities:
  app: {kind: client_secret, client_id: 6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11, secret: {env: X}}
  me: {kind: azure_cli}
defaults:
  partner: uk
  identities: [app]
  by_tag:
    us: {partner: us}
    lighthouse: {identities: []}
include: [customers.csv]
tenants:
  - {name: Home, tenant: home.example, covers: ["tag:lighthouse"]}
  - name: Adatum
    tenant: adatum.example
    replaces: any
    object_ids: {app: bbbbbbbb-0001-4000-8000-000000000001}
    identities:
      - app
      - {identity: me, partner: "4936128", hold: {until: 2027-01-01, reason: talks}}
"""
TABLE = """\
name,tenant,tags
Fabrikam,fabrikam.example,us
Northwind,northwind.example,lighthouse
"""


def explained(folder: Path, *only: str) -> tuple[Explanation, ...]:
    (folder / "tenants.yaml").write_text(FILE)
    (folder / "customers.csv").write_text(TABLE)
    return explain(Path("tenants.yaml"), TODAY, only)


def test_each_value_has_its_source(folder: Path) -> None:
    """A cell, a tag, a default, or built in."""
    (fabrikam,) = explained(folder, "Fabrikam")
    assert fabrikam.values == (
        ExplainedValue("tenant", "fabrikam.example", "tenant", "customers.csv:2:10"),
        ExplainedValue("tags", "us", "tenant", "customers.csv:2:27"),
        ExplainedValue("identities", "app", "defaults", "tenants.yaml:8:3"),
        ExplainedValue("state", "linked", "built in", "", "app"),
        ExplainedValue("partner", "us (5111222)", "tag us", "tenants.yaml:10:10", "app"),
        ExplainedValue(
            "client_id",
            "6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11",
            "identities",
            "tenants.yaml:4:30",
            "app",
        ),
        ExplainedValue("secret", "{env: X}", "identities", "tenants.yaml:4:79", "app"),
    )


def test_the_source_of_an_identitys_own_value_is_the_identity(folder: Path) -> None:
    """Values of its tenant have the source tenant."""
    (adatum,) = explained(folder, "adatum.example")
    said = {(one.identity, one.key): (one.value, one.source) for one in adatum.values}
    assert said["me", "partner"] == ("4936128", "identity")
    assert said["me", "hold"] == ("until: 2027-01-01, reason: talks", "identity")
    assert said["app", "partner"] == ("uk (4936128)", "defaults")
    assert said["app", "object_id"] == ("bbbbbbbb-0001-4000-8000-000000000001", "tenant")
    assert said[None, "replaces"] == ("any", "tenant")


def test_a_covered_customer_names_the_tenant_that_covers_it(folder: Path) -> None:
    """It is explained although it has no link."""
    (northwind,) = explained(folder, "tag:lighthouse")
    assert northwind.values[-1] == ExplainedValue(
        "covered by", "Home", "covers", "tenants.yaml:14:40"
    )


def test_without_names_every_tenant_is_explained(folder: Path) -> None:
    """In the order of the file. A glob selects several."""
    names = [one.tenant for one in explained(folder)]
    assert names == ["Home", "Adatum", "Fabrikam", "Northwind"]
    assert [one.tenant for one in explained(folder, "*a*m")] == ["Adatum", "Fabrikam"]


def test_a_selector_that_matches_no_tenant_is_wrong_usage(folder: Path) -> None:
    """The message suggests the nearest name, or the forms that a selector can have."""
    with pytest.raises(WrongUsage) as caught:
        explained(folder, "Home", "Fabricam", "tag:none")
    assert str(caught.value).splitlines() == [
        '--explain: "Fabricam" matches no tenant in tenants.yaml; did you mean Fabrikam?',
        '--explain: "tag:none" matches no tenant in tenants.yaml; '
        "use a tenant's name or glob, its GUID or domain, tag:X, identity:X or partner:X",
    ]


def test_tenants_are_selected_as_links_are(folder: Path) -> None:
    """By GUID or domain, tag, identity and partner, whether alias or ID."""

    def names(selector: str) -> list[str]:
        return [one.tenant for one in explained(folder, selector)]

    assert names("ADATUM.example") == names("identity:me") == ["Adatum"]
    assert names("partner:us") == names("partner:5111222") == names("tag:us") == ["Fabrikam"]
    assert names("identity:app") == ["Home", "Adatum", "Fabrikam"]


def test_what_is_explained_is_what_is_wanted(folder: Path) -> None:
    """The explanation shows the partner ID of each wanted link."""
    told = {
        (one.tenant, said.identity): said.value
        for one in explained(folder)
        for said in one.values
        if said.key == "partner"
    }
    wanted = load(Path("tenants.yaml"), TODAY).wanted
    assert len(told) == len(wanted)
    for link in wanted:
        assert str(link.partner_id) in told[link.place.tenant, link.place.identity]


def test_each_reference_is_named_by_its_key(folder: Path) -> None:
    """A certificate, its password and each of several secrets, with their places."""
    app = "client_id: 6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11"
    text = FILE.replace(
        "  me: {kind: azure_cli}",
        f"  me:\n    kind: client_certificate\n    {app.replace('6f1c', '7f1c')}\n"
        "    certificate: {env: PAL_PEM}\n    password: {env: PAL_PW}",
    ).replace("secret: {env: X}", "secret: [{env: X}, {env: Y}]")
    (folder / "tenants.yaml").write_text(text)
    (folder / "customers.csv").write_text(TABLE)
    (adatum,) = explain(Path("tenants.yaml"), TODAY, ["Adatum"])
    found = [(one.key, one.value, one.where) for one in adatum.values if "{env" in one.value]
    assert found == [
        ("secret", "{env: X}", "tenants.yaml:4:88"),
        ("secret", "{env: Y}", "tenants.yaml:4:98"),
        ("certificate", "{env: PAL_PEM}", "tenants.yaml:8:5"),
        ("password", "{env: PAL_PW}", "tenants.yaml:9:5"),
    ]
