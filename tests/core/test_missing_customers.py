"""Findings about customers: what counts as listed, ignored and ending."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.customers.discovery import Customer
from reconciler.core.customers.listed import (
    CustomerListing,
    CustomerOrigin,
    CustomerSource,
    GdapRelationship,
)
from reconciler.core.customers.missing import ListedTenants, customer_findings
from reconciler.core.findings import Finding

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def findings(
    listing: CustomerListing,
    file: ListedTenants,
    ignore: tuple[str, ...] = (),
) -> tuple[Finding, ...]:
    source = CustomerSource(CustomerOrigin.GDAP, "contoso.example", "home", ignore)
    return customer_findings(listing, source, file, NOW)


def ends(number: int, days: float, *, is_extended: bool = False) -> GdapRelationship:
    return GdapRelationship(
        f"R{days}", guid(number), f"C{number}", NOW + timedelta(days=days), is_extended
    )


@given(
    st.sets(st.integers(1, 30)),
    st.sets(st.integers(1, 30)),
    st.sets(st.integers(1, 30)),
    st.sets(st.integers(1, 30)),
)
def test_each_customer_that_the_file_neither_lists_nor_ignores_is_one_finding(
    customers: set[int], by_guid: set[int], by_domain: set[int], ignored: set[int]
) -> None:
    """In the order of the list, each once, with its GUID."""
    twice = (*sorted(customers), *sorted(customers))
    listing = CustomerListing(tuple(Customer(f"C{n}", guid(n)) for n in twice))
    domains: dict[str, str | None] = {f"c{n}.example": guid(n) for n in by_domain}
    file = ListedTenants((*(guid(n) for n in by_guid), *domains), domains)
    found = findings(listing, file, tuple(guid(n).upper() for n in ignored))
    assert [f.tenant_id for f in found] == [
        guid(n) for n in sorted(customers - by_guid - by_domain - ignored)
    ]


def test_an_unresolved_domain_is_named_in_the_hint() -> None:
    """It may be the customer's; the finding says so and remains one of a group."""
    listing = CustomerListing((Customer("C1", guid(1)), Customer("C2", guid(2))))
    found = findings(listing, ListedTenants(("gone.example",), {"gone.example": None}))
    assert "gone.example" in found[0].hint
    assert len({finding.hint for finding in found}) == 1


def test_relationships_of_one_customer_are_one_finding() -> None:
    """It names those that end, the first one first, and no other."""
    related = (ends(1, 20), ends(1, 90), ends(1, 3), ends(1, 5, is_extended=True))
    (found,) = findings(CustomerListing((), related), ListedTenants((), {}))
    assert (found.code, found.tenant, found.tenant_id) == ("gdap_ends", "C1", guid(1))
    assert found.message.endswith(": R3 on 2026-11-29, R20 on 2026-12-16")


def test_an_ignored_customer_has_no_finding_at_all() -> None:
    """By name, glob, GUID, or a domain that was resolved."""
    listing = CustomerListing(
        tuple(Customer(f"C{n}", guid(n)) for n in range(1, 5)),
        tuple(ends(n, 3) for n in range(1, 5)),
    )
    file = ListedTenants((), {"c4.example": guid(4)})
    assert findings(listing, file, ("C1", "?2", guid(3), "C4.example")) == ()


def test_an_unreadable_list_is_not_a_list_without_customers() -> None:
    """Nothing is missing from a list that was not read."""
    assert findings(CustomerListing(None, None), ListedTenants((), {})) == ()
