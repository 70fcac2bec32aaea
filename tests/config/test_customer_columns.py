"""The column of a customer list with the customer's tenant."""

import pytest

from reconciler.config.reading.customer_columns import Columns, Undecided, choose, is_partners

OWN = "11111111-1111-4111-8111-111111111111"
ONE = "22222222-2222-4222-8222-222222222222"
TWO = "33333333-3333-4333-8333-333333333333"

CHOSEN = {
    "Microsoft ID": 0,
    "MicrosoftId": 0,
    "Microsoft-ID": 0,
    " TENANT  id": 0,
    "tenant": 0,
    "AADTenantId": 0,
    "Customer ID": 0,
    "customertenantid": 0,
    "customer.tenantId": 0,
    "Customer (tenant ID)": 0,
    "defaultDomainName": 0,
    "TenantId,CustomerTenantId": 1,
    "CustomerTenantId,TenantId": 0,
    "TenantId,Customer tenant ID,Company name": 1,
    "PartnerTenantId,TenantId": 1,
    "Partner Tenant ID,Customer ID": 1,
    "Our tenant,Customer tenant": 1,
    "TenantId,End customer TenantId": 1,
    "TenantId,Tenant ID of the customer": 1,
    "TenantId,Customer's tenant ID": 1,
    "Client ID,Client tenant ID": 1,
    "TenantId,Customer domain": 1,
    "Reseller tenant ID,Microsoft ID,Primary domain name": 1,
}


@pytest.mark.parametrize(("header", "number"), CHOSEN.items())
def test_the_column_whose_heading_says_customer_is_used(header: str, number: int) -> None:
    """In any spelling; a column with `partner` in its heading is never used."""
    headings = header.split(",")
    rows = [[OWN if n != number else each for n in range(len(headings))] for each in (ONE, TWO)]
    columns = choose(headings, rows)
    assert columns
    assert columns.tenants[0] == number


@pytest.mark.parametrize(
    ("header", "numbers"),
    [
        ("TenantId,TenantId", (0, 1)),
        ("Name,Tenant ID,Microsoft ID", (1, 2)),
        ("Customer ID,TenantId,Customer tenant ID", (0, 2)),
        ("Domain,Primary domain name", (0, 1)),
        ("Customer TenantId,End customer TenantId", (0, 1)),
    ],
)
def test_undecided_columns_are_not_guessed(header: str, numbers: tuple[int, ...]) -> None:
    """The error names the columns."""
    headings = header.split(",")
    width = len(headings)
    rows = [[f"{n}.{each}.example" for n in range(width)] for each in ("a", "b")]
    with pytest.raises(Undecided) as caught:
        choose(headings, rows)
    assert caught.value.args[0] == numbers


def test_equal_columns_and_columns_of_names_need_no_decision() -> None:
    """Equal GUIDs are one tenant, and a column of names contains no tenants."""
    assert choose(["TenantId", "TenantId"], [[ONE, ONE.upper()]]) == Columns((0,))
    columns = choose(["Tenant", "Tenant ID"], [["Fabrikam", ONE]])
    assert columns
    assert columns.tenants == (1,)


def test_a_list_of_the_partners_tenant_alone_has_no_column() -> None:
    """The error names the tenant."""
    assert choose(["Partner tenant ID", "Company name"], [[OWN, "Fabrikam"]]) is None
    assert is_partners("Partner tenant ID")
    assert not is_partners("Partner name")


def test_the_name_is_the_customers() -> None:
    """The GDAP relationship has another name."""
    columns = choose(
        ["displayName", "customer.displayName", "customer.tenantId"], [["a", "b", ONE]]
    )
    assert columns == Columns((2,), (), 1)
