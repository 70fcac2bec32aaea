"""Azure Lighthouse: one link in our own tenant serves many customers."""

from reconciler.config.select import select
from tests.config.conftest import Complainer, Loader

FILE = """version: 1
partners: {uk: {id: "4936128"}}
identities: {me: {kind: azure_cli}}
defaults: {partner: uk, identities: [me]}
tenants:
  - {name: Home, tenant: contoso.com, covers: [Fabrikam, "tag:lighthouse", "No*"]}
  - {name: Fabrikam, tenant: fabrikam.com}
  - {name: Adatum, tenant: adatum.com, tags: [lighthouse]}
  - {name: Northwind, tenant: northwind.com}
  - {name: Tailspin, tenant: tailspin.com}
"""


def test_covered_customers_take_no_default_identities(loaded: Loader) -> None:
    """They are served by the link at home, which names them; the others are linked as ever."""
    config = loaded(FILE)
    assert [(link.place.tenant, link.covers) for link in config.wanted] == [
        ("Home", ("Fabrikam", "Adatum", "Northwind")),
        ("Tailspin", ()),
    ]
    assert config.findings == ()


def test_covered_customers_may_have_nobody_else(loaded: Loader) -> None:
    """Without default identities a covered customer is complete all the same."""
    text = FILE.replace(", identities: [me]}", "}").replace("covers:", "identities: [me], covers:")
    text = text.replace("  - {name: Tailspin, tenant: tailspin.com}\n", "")
    assert [link.place.tenant for link in loaded(text).wanted] == ["Home"]


def test_a_covered_customer_with_a_link_of_its_own_is_a_finding(loaded: Loader) -> None:
    """Both may be right; one of the two is usually left over."""
    text = FILE.replace("fabrikam.com}", "fabrikam.com, identities: [me]}")
    (finding,) = loaded(text).findings
    assert (finding.code, finding.tenant) == ("covered_and_linked", "Fabrikam")


def test_a_cover_that_means_nobody_is_a_complaint(complaints: Complainer) -> None:
    """With the nearest name, like any other name that is not there; never the tenant itself."""
    (found,) = complaints(FILE.replace("[Fabrikam", "[Fabrikan"))
    assert found.startswith("tenants.yaml:6:")
    assert "did you mean Fabrikam?" in found
    assert complaints(FILE.replace('"No*"', "Home"))


def test_a_covered_customer_selects_the_link_that_serves_it(loaded: Loader) -> None:
    """It has no link of its own to select."""
    config = loaded(FILE)
    assert [link.place.tenant for link in select(config, ["Adatum"], [])] == ["Home"]
