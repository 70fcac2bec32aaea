"""Customers with few principals have a finding; customers with unread links have none."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from reconciler.core.access.values import Workload
from reconciler.core.inventory.resilience import resilience_findings
from reconciler.core.links import (
    Action,
    Change,
    Observed,
    Place,
    Settled,
    Wanted,
    WantedState,
)
from tests.core.worlds import FOREIGN, OLD, change, linked, unknown, unlinked, wanted

PEOPLE = frozenset({"alice", "ana"})


def wish(
    customer: str, identity: str = "automation", aim: WantedState = WantedState.LINKED, **more: Any
) -> Wanted:
    """A wanted link of one identity in one customer's tenant."""
    place = Place(customer, f"{customer}.example", identity)
    return replace(wanted(aim, **more), place=place)


def found(
    *pairs: tuple[Wanted, Observed | None], beside: Sequence[Wanted] = ()
) -> list[tuple[str, str | None]]:
    """The findings for these reads; `beside` is in the file but was not selected."""
    read: list[Change] = [change(want, seen) for want, seen in pairs]
    listed = [want for want, _ in pairs]
    return [(f.code, f.tenant) for f in resilience_findings([*listed, *beside], read, PEOPLE)]


@pytest.mark.parametrize(
    ("identities", "code"),
    [
        (["automation"], "only_one_principal"),
        (["automation", "other"], None),
        (["automation", "alice"], None),
        (["alice"], "only_people"),
        (["alice", "ana"], "only_people"),
    ],
)
def test_a_customer_with_few_principals_has_a_finding(
    identities: list[str], code: str | None
) -> None:
    """One principal, or users only. A single user has the finding `only_people`."""
    links = [(wish("Fabrikam", name), linked()) for name in identities]
    assert found(*links) == ([(code, "Fabrikam")] if code else [])


@pytest.mark.parametrize("seen", [unlinked(), linked(FOREIGN)])
def test_a_customer_without_our_link_has_no_coverage(seen: Observed) -> None:
    """A link to a foreign ID does not count."""
    assert found((wish("Fabrikam"), seen)) == [("covered_by_nothing", "Fabrikam")]


def test_a_link_with_our_old_id_counts() -> None:
    """It is drift, but the customer is linked."""
    assert found((wish("Fabrikam"), linked(OLD))) == [("only_one_principal", "Fabrikam")]


def test_an_attested_link_counts() -> None:
    """An attestation counts as a link."""
    attested = wish("Fabrikam", "other", settled=Settled(Action.ATTESTED, "seen"))
    assert found((wish("Fabrikam"), linked()), (attested, None)) == []


def test_a_customer_with_an_unreadable_link_has_no_finding() -> None:
    """An unreadable link is not missing, so the other link may not be the only one."""
    assert found((wish("Fabrikam"), unknown())) == []
    assert found((wish("Fabrikam"), linked()), (wish("Fabrikam", "other"), unknown())) == []


def test_a_customer_that_was_read_in_part_has_no_finding() -> None:
    """A customer whose links were not all selected has no finding."""
    assert found((wish("Fabrikam"), linked()), beside=[wish("Fabrikam", "other")]) == []


def test_a_customer_without_a_wanted_link_has_no_finding() -> None:
    """This is a customer that the partner no longer serves."""
    assert found((wish("Fabrikam", aim=WantedState.ABSENT), unlinked())) == []


def test_covered_customers_depend_on_our_own_tenant() -> None:
    """Our own tenant has the finding, and its covered customers have none."""
    home = wish("Contoso", covers=("Fabrikam", "Northwind"))
    assert found((home, linked())) == [("only_one_principal", "Contoso")]
    assert found((home, unlinked())) == [
        ("covered_by_nothing", "Contoso"),
        ("covered_by_nothing", "Fabrikam"),
        ("covered_by_nothing", "Northwind"),
    ]


def test_a_link_in_our_own_tenant_counts_beside_the_customers() -> None:
    """A covered customer with its own link has two principals."""
    home = wish("Contoso", covers=("Fabrikam",))
    assert found((home, linked()), (wish("Fabrikam"), linked())) == [
        ("only_one_principal", "Contoso")
    ]


def test_a_power_platform_customer_has_a_finding_of_its_own() -> None:
    """The finding needs a link in place."""
    apps = wish("A", workload=Workload.POWER_PLATFORM)
    both = [wish("A", "other", workload=Workload.POWER_PLATFORM), apps]
    assert found(*((want, linked()) for want in both)) == [("power_platform_ownership", "A")]
    assert found((apps, unlinked())) == [("covered_by_nothing", "A")]
