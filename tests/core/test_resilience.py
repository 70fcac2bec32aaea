"""What customers stand on: what is said, and of whom nothing can be said."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from reconciler.core.inventory.resilience import resilience_findings
from reconciler.core.links import (
    Action,
    Change,
    Observed,
    Place,
    Settled,
    Wanted,
    WantedState,
    Workload,
)
from tests.core.worlds import FOREIGN, OLD, change, linked, unknown, unlinked, wanted

PEOPLE = frozenset({"alice", "ana"})


def wish(
    customer: str, identity: str = "automation", aim: WantedState = WantedState.LINKED, **more: Any
) -> Wanted:
    """What the file wants of one identity in one customer's tenant."""
    place = Place(customer, f"{customer}.example", identity)
    return replace(wanted(aim, **more), place=place)


def found(
    *pairs: tuple[Wanted, Observed | None], beside: Sequence[Wanted] = ()
) -> list[tuple[str, str | None]]:
    """The findings of what was read; `beside` is in the file and was not selected."""
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
def test_a_customer_that_stands_on_little_is_found(identities: list[str], code: str | None) -> None:
    """One principal, or people alone; of one person only the graver is said."""
    links = [(wish("Fabrikam", name), linked()) for name in identities]
    assert found(*links) == ([(code, "Fabrikam")] if code else [])


@pytest.mark.parametrize("seen", [unlinked(), linked(FOREIGN)])
def test_a_customer_without_a_link_of_ours_is_covered_by_nothing(seen: Observed) -> None:
    """Somebody else's link is none of ours."""
    assert found((wish("Fabrikam"), seen)) == [("covered_by_nothing", "Fabrikam")]


def test_a_link_that_carries_our_old_id_is_in_place() -> None:
    """It is drift, and yet not nothing."""
    assert found((wish("Fabrikam"), linked(OLD))) == [("only_one_principal", "Fabrikam")]


def test_an_attested_link_is_in_place() -> None:
    """Somebody saw it."""
    attested = wish("Fabrikam", "other", settled=Settled(Action.ATTESTED, "seen"))
    assert found((wish("Fabrikam"), linked()), (attested, None)) == []


def test_nothing_is_said_of_what_could_not_be_read() -> None:
    """Neither that it is missing, nor that the other link is the only one."""
    assert found((wish("Fabrikam"), unknown())) == []
    assert found((wish("Fabrikam"), linked()), (wish("Fabrikam", "other"), unknown())) == []


def test_nothing_is_said_of_a_customer_that_was_read_in_part() -> None:
    """A selection by identity leaves the customer's other links out."""
    assert found((wish("Fabrikam"), linked()), beside=[wish("Fabrikam", "other")]) == []


def test_nothing_is_said_of_a_customer_that_is_left() -> None:
    """Where no link is wanted, none is missing."""
    assert found((wish("Fabrikam", aim=WantedState.ABSENT), unlinked())) == []


def test_covered_customers_stand_on_our_own_tenant() -> None:
    """While it is linked, its one principal is said of it and not of each of them."""
    home = wish("Contoso", covers=("Fabrikam", "Northwind"))
    assert found((home, linked())) == [("only_one_principal", "Contoso")]
    assert found((home, unlinked())) == [
        ("covered_by_nothing", "Contoso"),
        ("covered_by_nothing", "Fabrikam"),
        ("covered_by_nothing", "Northwind"),
    ]


def test_a_link_in_our_own_tenant_counts_beside_the_customers() -> None:
    """Covered and linked: two principals."""
    home = wish("Contoso", covers=("Fabrikam",))
    assert found((home, linked()), (wish("Fabrikam"), linked())) == [
        ("only_one_principal", "Contoso")
    ]


def test_a_power_platform_customer_is_told_what_counts_there() -> None:
    """Where a link is in place; of one that is not, something else has to be said first."""
    apps = wish("A", workload=Workload.POWER_PLATFORM)
    both = [wish("A", "other", workload=Workload.POWER_PLATFORM), apps]
    assert found(*((want, linked()) for want in both)) == [("power_platform_ownership", "A")]
    assert found((apps, unlinked())) == [("covered_by_nothing", "A")]
