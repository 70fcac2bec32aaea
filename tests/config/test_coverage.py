"""Azure Lighthouse: one link in the partner's own tenant covers many customers."""

import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from reconciler.config.selectors import select
from reconciler.core.errors import BadFile
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
    """The home tenant's link covers them and names them; other tenants are linked as usual."""
    config = loaded(FILE)
    assert [(link.place.tenant, link.covers) for link in config.wanted] == [
        ("Home", ("Fabrikam", "Adatum", "Northwind")),
        ("Tailspin", ()),
    ]
    assert config.findings == ()


def test_covered_customers_need_no_identity(loaded: Loader) -> None:
    """Without default identities a covered customer is complete."""
    text = FILE.replace(", identities: [me]}", "}").replace("covers:", "identities: [me], covers:")
    text = text.replace("  - {name: Tailspin, tenant: tailspin.com}\n", "")
    assert [link.place.tenant for link in loaded(text).wanted] == ["Home"]


def test_a_covered_customer_with_a_link_of_its_own_is_a_finding(loaded: Loader) -> None:
    """Both links may be right; usually one of them is left over."""
    text = FILE.replace("fabrikam.com}", "fabrikam.com, identities: [me]}")
    (finding,) = loaded(text).findings
    assert (finding.code, finding.tenant) == ("covered_and_linked", "Fabrikam")


def test_a_cover_that_matches_no_tenant_is_an_error(complaints: Complainer) -> None:
    """It suggests the nearest name, as for other undefined names, never the tenant itself."""
    (found,) = complaints(FILE.replace("[Fabrikam", "[Fabrikan"))
    assert found.startswith("tenants.yaml:6:")
    assert "did you mean Fabrikam?" in found
    (itself,) = complaints(FILE.replace('"No*"', "Home"))
    assert "did you mean" not in itself


def test_a_covered_customer_selects_the_link_that_serves_it(loaded: Loader) -> None:
    """It has no link of its own."""
    config = loaded(FILE)
    assert [link.place.tenant for link in select(config, ["Adatum"], [])] == ["Home"]


def test_lighthouse_alone_is_not_enough_for_power_platform(loaded: Loader) -> None:
    """It delegates Azure scopes only; an identity in the customer's tenant is enough."""
    text = FILE.replace("adatum.com,", "adatum.com, workload: power_platform,")
    (finding,) = loaded(text).findings
    assert (finding.code, finding.tenant) == ("power_platform_by_lighthouse", "Adatum")
    helped = text.replace("power_platform,", "power_platform, identities: [me],")
    assert [finding.code for finding in loaded(helped).findings] == ["covered_and_linked"]


def test_a_workload_may_come_with_a_tag_and_changes_no_link(loaded: Loader) -> None:
    """Two files that differ only in the workload want the same links."""
    text = FILE.replace("identities: [me]}", "identities: [me], by_tag: {p: {workload: %s}}}")
    text = text.replace("tailspin.com}", "tailspin.com, tags: [p]}")
    apps, azure = (loaded(text % word).wanted[-1] for word in ("power_platform", "azure"))
    assert (str(apps.workload), str(azure.workload)) == ("power_platform", "azure")
    assert replace(apps, workload=azure.workload) == azure


def test_an_unknown_workload_is_an_error(complaints: Complainer) -> None:
    """The message lists both workloads."""
    (found,) = complaints(FILE.replace("adatum.com,", "adatum.com, workload: powerapps,"))
    assert "workload \"powerapps\" is unknown; choose 'azure' or 'power_platform'" in found


def test_covers_takes_guids_and_domains(loaded: Loader) -> None:
    """The selectors under covers: follow the grammar of --only."""
    config = loaded(FILE.replace("[Fabrikam", "[Fabrikam.com, tailspin.com"))
    assert [want.covers for want in config.wanted] == [
        ("Fabrikam", "Adatum", "Northwind", "Tailspin")
    ]


HEAD = FILE.partition("  - ")[0]
SHAPES: dict[str, Callable[[int, int], str]] = {
    "each covers all": lambda i, n: ", covers: ['*'], identities: [me]",
    "one covers all": lambda i, n: ", covers: ['*']" if i == 0 else "",
    "names": lambda i, n: _covers(f"T{k}x" for k in range(1, n)) if i == 0 else "",
    "globs": lambda i, n: _covers(f"T{k}x*" for k in range(1, n)) if i == 0 else "",
    "tags": lambda i, n: _covers(f"tag:t{k}" for k in range(1, n)) if i == 0 else "",
    "chain": lambda i, n: f", covers: [T{(i + 1) % n}x], identities: [me]",
}


def _covers(selectors: object) -> str:
    return f", covers: {[*selectors]}"  # type: ignore[misc]


@pytest.mark.parametrize("shape", SHAPES)
def test_covers_cost_in_proportion_to_the_file(loaded: Loader, shape: str) -> None:
    """Four times the entries cost about four times the calls, not sixteen times."""

    def calls(size: int) -> int:
        rows = (
            f"  - {{name: T{i}x, tenant: t{i}.example.com, tags: [t{i}]{SHAPES[shape](i, size)}}}\n"
            for i in range(size)
        )
        text, count = HEAD + "".join(rows), 0

        def counted(frame: object, event: str, argument: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        sys.setprofile(counted)
        try:
            loaded(text)
        except BadFile as error:
            raise AssertionError(error) from None
        finally:
            sys.setprofile(None)
        return count

    calls(10)
    few = calls(80)  # first: Python compiles each glob once, and both sizes compile new ones
    assert calls(320) < 6 * few
