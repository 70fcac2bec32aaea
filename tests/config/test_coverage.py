"""Azure Lighthouse: one link in our own tenant serves many customers."""

from dataclasses import replace

from reconciler.config.selectors import select
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


def test_lighthouse_alone_is_not_enough_for_power_platform(loaded: Loader) -> None:
    """It delegates Azure scopes only; an identity of the customer's own is."""
    text = FILE.replace("adatum.com,", "adatum.com, workload: power_platform,")
    (finding,) = loaded(text).findings
    assert (finding.code, finding.tenant) == ("power_platform_by_lighthouse", "Adatum")
    helped = text.replace("power_platform,", "power_platform, identities: [me],")
    assert [finding.code for finding in loaded(helped).findings] == ["covered_and_linked"]


def test_a_workload_may_come_with_a_tag_and_changes_no_link(loaded: Loader) -> None:
    """Two files that differ in it alone want the same."""
    text = FILE.replace("identities: [me]}", "identities: [me], by_tag: {p: {workload: %s}}}")
    text = text.replace("tailspin.com}", "tailspin.com, tags: [p]}")
    apps, azure = (loaded(text % word).wanted[-1] for word in ("power_platform", "azure"))
    assert (str(apps.workload), str(azure.workload)) == ("power_platform", "azure")
    assert replace(apps, workload=azure.workload) == azure


def test_an_unknown_workload_is_a_complaint(complaints: Complainer) -> None:
    """With the two that there are."""
    (found,) = complaints(FILE.replace("adatum.com,", "adatum.com, workload: powerapps,"))
    assert "workload \"powerapps\" is unknown; choose 'azure' or 'power_platform'" in found
