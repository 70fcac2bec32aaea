"""Tenants from Partner Center's export and from the command line."""

from pathlib import Path

import pytest

from reconciler.config.reading.customer_lists import named
from reconciler.config.reading.customer_lists import read as read_list
from reconciler.config.writing.labels import labels
from reconciler.core.customers.discovery import Customer
from reconciler.core.errors import BadFile, WrongUsage

GUID, OTHER = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11", "7c0d5a0a-0f5b-4f4e-8b7e-2a51f2f3c999"
FABRIKAM = Customer("Fabrikam", GUID, ("fabrikam.example",), ("emea", "vip"))


def read(path: Path) -> tuple[Customer, ...]:
    """The customers of a list."""
    return read_list(path).customers


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "customers.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return Path("customers.csv")


@pytest.mark.parametrize(
    "text",
    [
        "Microsoft ID,Company name,Primary domain name,Relationship,Tags\n"
        f'{GUID.upper()},Fabrikam,Fabrikam.example,Cloud Reseller,"emea, vip"\n',
        "\ufeffTags;Relationship;Primary domain name;Company name;Microsoft ID\r\n"
        f"emea|vip;Cloud Reseller;fabrikam.example;Fabrikam;{GUID}\r\n",
        f'domain,tags,"tenant id",displayName\nfabrikam.example,emea;vip,{GUID},Fabrikam\n',
        f"customer_id,name,TAG,DefaultDomain\n{GUID}, Fabrikam ,emea;;vip; emea,fabrikam.example\n",
    ],
)
def test_columns_are_known_by_their_names(folder: Path, text: str) -> None:
    """In any order, with commas or semicolons, with or without a byte order mark."""
    assert read(written(folder, text)) == (FABRIKAM,)


def test_a_customer_without_an_id_is_named_by_its_domain(folder: Path) -> None:
    """The ID is preferred; an invalid domain next to an ID is ignored."""
    text = f"Microsoft ID,Company name,Primary domain name\n,A,a.example\n{OTHER},B,unknown\n"
    assert read(written(folder, text)) == (Customer("A", "a.example"), Customer("B", OTHER))


def test_a_list_needs_no_header(folder: Path) -> None:
    """A list may have one tenant per line."""
    assert read(written(folder, f"{GUID}\nnorthwind.example\n")) == (
        Customer("", GUID),
        Customer("", "northwind.example"),
    )


def test_a_tenant_that_is_listed_twice_is_one(folder: Path) -> None:
    """Some partners see each customer twice; a common domain joins the rows."""
    text = (
        f"tenant,name,domain,tags\n{GUID},Fabrikam,fabrikam.example,emea\n"
        f"{GUID},Fabrikam Ltd,,vip\n,,fabrikam.example,\n"
    )
    assert read(written(folder, text)) == (FABRIKAM,)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "1:1: no tenants are listed; write one per row"),
        ("Microsoft ID,Company name\n", "1:1: no tenants are listed; write one per row"),
        (
            "Company name,Relationship\nA,B\n",
            '1:1: no column has the tenants: the first row is "Co',
        ),
        ("Fabrikam\nNorthwind\n", '1:1: no column has the tenants: the first row is "Fabrikam"'),
        (f"name,tenant\nA,{GUID}\nB,fabrikam\n", '3:3: tenant "fabrikam" is neither a GUID nor'),
        ("name,tenant\nB,\n", "2:1: this row has no tenant; give its GUID or a verified domain"),
        (f'name,tenant\n"B,{GUID}\n', "2:1: a quote is opened here"),
        ("name,tenant\nB,common\n".encode("utf-16"), '2:3: tenant "common" is a sign-in'),
        (b"PK\x03\x04\x14\x00[Content_Types].xml", "1:1: this is a workbook or an archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "1:1: this is a workbook or an archive"),
        (b"name,tenant\nM\xfcller,a.example\n", "2:2: the file is not UTF-8 here"),
    ],
)
def test_a_bad_list_is_reported_with_its_place(
    folder: Path, text: str | bytes, complaint: str
) -> None:
    """Each error is one line."""
    with pytest.raises(BadFile) as caught:
        read(written(folder, text))
    assert caught.value.complaints[0].startswith(f"customers.csv:{complaint}")


def test_all_errors_are_reported_at_once(folder: Path) -> None:
    """A list with three bad rows has three errors; a missing list has one."""
    with pytest.raises(BadFile) as caught:
        read(written(folder, "tenant\ncommon\na@b.example\nhttps://c.example\n"))
    assert [line.split(":")[1] for line in caught.value.complaints] == ["2", "3", "4"]
    with pytest.raises(BadFile, match=r"missing\.csv:1:1: there is no such file"):
        read(Path("missing.csv"))


def test_tenants_on_the_command_line_are_separated_by_commas() -> None:
    """Each is a GUID or a domain, once."""
    assert named([f"{GUID}, a.example", "A.example"]) == (
        Customer("", GUID),
        Customer("", "a.example"),
    )
    with pytest.raises(WrongUsage, match='--tenants: tenant "common" is a sign-in endpoint'):
        named(["common"])
    with pytest.raises(WrongUsage, match="--tenants: give a tenant's GUID"):
        named([","])


def test_every_customer_has_a_name_of_its_own() -> None:
    """Equal or similar names get the domain appended; an empty name becomes the domain."""
    customers = [
        Customer("Fabrikam", GUID, ("fabrikam.example",)),
        Customer("FABRIKAM", OTHER, ("fabrikam.test",)),
        Customer("", GUID, ("northwind.example",)),
        Customer(" \u200b\x1b[31m\n", OTHER),
        Customer("Tailspin" * 50, OTHER, ("tailspin.example",)),
        Customer("Tailspin" * 50, GUID, ("tailspin.test",)),
        Customer("Taken", GUID),
    ]
    found = labels(customers, ["TAKEN"])
    assert found[:4] == [
        "Fabrikam (fabrikam.example)",
        "FABRIKAM (fabrikam.test)",
        "northwind.example",
        "\\u200b\\x1b[31m\\n",
    ]
    assert [len(name) for name in found[4:6]] == [200, 200]
    assert found[4].endswith("Tails (tailspin.example)")
    assert found[5].endswith("Tailspin (tailspin.test)")
    assert found[6] == f"Taken ({GUID})"


def test_the_order_of_a_list_changes_no_name() -> None:
    """The first of several customers with equal names has its domain, too."""
    customers = [
        Customer("Contoso", GUID, ("contoso-retail.onmicrosoft.com",)),
        Customer("Fabrikam", "fabrikam.example"),
        Customer("contoso ", OTHER, ("contoso-logistics.onmicrosoft.com",)),
    ]
    names = labels(customers)
    assert names == [
        "Contoso (contoso-retail.onmicrosoft.com)",
        "Fabrikam",
        "contoso (contoso-logistics.onmicrosoft.com)",
    ]
    assert labels(customers[::-1]) == names[::-1]


OWN = "11111111-1111-4111-8111-111111111111"
GDAP = "Id,DisplayName,TenantId,DisplayName,TenantId,Duration\n" + "".join(
    f"{n},Contoso,{OWN},Customer {n},0000000{n}-0000-4000-8000-000000000000,P730D\n"
    for n in (1, 2, 3)
)
"""As Microsoft's GDAP bulk migration tool writes it."""


def test_ambiguous_columns_are_named_and_none_is_guessed(folder: Path) -> None:
    """A GDAP export with a duplicate heading is not three rows of the partner's own tenant."""
    with pytest.raises(BadFile) as caught:
        read(written(folder, GDAP))
    (complaint,) = caught.value.complaints
    assert '"TenantId" (column 3) and "TenantId" (column 5)' in complaint
    renamed = GDAP.replace("DisplayName,TenantId,Dur", "Customer name,Customer TenantId,Dur")
    assert [c.name for c in read(written(folder, renamed))] == [f"Customer {n}" for n in (1, 2, 3)]


@pytest.mark.parametrize(
    "text",
    [
        f"sep=;\r\nMicrosoft ID;Company name\r\n{GUID};Fabrikam\r\n",
        f'#TYPE Selected.System.Object\n"Microsoft ID","Company name"\n"{GUID}","Fabrikam"\n',
        f'\ufeff\ufeff"Microsoft ID","Company name"\n"{GUID}","Fabrikam"\n',
        f"Microsoft ID\tCompany name\n{GUID}\tFabrikam\n",
        f"Microsoft ID\tCompany name\n{GUID}\tFabrikam\n".encode("utf-16"),
        f"Microsoft\u00a0ID,Company\u200b name\n\u200b{GUID}\u00a0,\u00a0Fabrikam\u2003\n",
        f"Microsoft ID,Company name\n{GUID[:8]}\u200b{GUID[8:]},Fabrikam\n",
        f'MICROSOFT ID , company NAME ,Notes\n{GUID.upper()},Fabrikam,"two\r\nlines, here"\n',
        f"Microsoft ID,Company name,,\n{GUID},Fabrikam,,\n,,,\n\n,,,\n",
        f'Microsoft ID,Company name\n"=""{GUID}""","Fabrikam"\n',
        f"customerId,defaultDomainName,displayName\n{GUID},,Fabrikam\n",
        f"Microsoft ID,Company name\n{{{GUID}}},Fabrikam\nMicrosoft ID,Company name\n",
        f"tenant,tenant_id,identity,object_id,tags,wanted_state\nFabrikam,{GUID},app,,,linked\n",
    ],
)
def test_additions_of_tools_to_a_list_are_ignored(folder: Path, text: str | bytes) -> None:
    """Separator and type lines, marks, tabs, UTF-16, odd spaces, more lines, empty columns."""
    (customer,) = read(written(folder, text))
    assert (customer.name, customer.directory) == ("Fabrikam", GUID)


def test_a_name_of_two_lines_is_one_line(folder: Path) -> None:
    """Alt+Enter in a spreadsheet; the next row keeps its location."""
    text = f'Company name,tenant\n"Fabrikam\n  Ltd",{GUID}\nB,common\n'
    with pytest.raises(BadFile, match=r'customers\.csv:4:3: tenant "common"'):
        read(written(folder, text))
    (customer,) = read(written(folder, text.replace("B,common\n", "")))
    assert customer.name == "Fabrikam Ltd"


def test_rows_that_became_one_tenant_are_counted(folder: Path) -> None:
    """The warning has both numbers and names the tenant."""
    text = f"Company name,tenant\nFabrikam,{GUID}\nFabrikam 2,{GUID}\nOther,{OTHER}\n"
    assert read_list(written(folder, text)).warning == (
        "3 rows became 2 tenants: several rows name Fabrikam"
    )
    assert read_list(written(folder, f"tenant\n{GUID}\n")).warning == ""


def test_a_domain_of_several_tenants_joins_none_of_them(folder: Path) -> None:
    """Such a domain is the partner's own."""
    text = f"Customer ID,Domain,Name\n{GUID},own.example,A\n{OTHER},own.example,B\n,own.example,C\n"
    with pytest.raises(BadFile, match="4:1: this row has no tenant"):
        read(written(folder, text))
    found = read(written(folder, text.replace(",own.example,C\n", "")))
    assert [(customer.directory, customer.domains) for customer in found] == [
        (GUID, ()),
        (OTHER, ()),
    ]


def test_our_own_inventory_is_a_list(folder: Path) -> None:
    """`show --format csv`: one row per link, escaped formulas, tags separated by spaces."""
    head = "tenant,tenant_id,identity,object_id,tags,wanted_state\n"
    text = (
        f"{head}'=Fabrikam,{GUID},app,,emea vip,linked\n'=Fabrikam,{GUID},alice,,emea vip,linked\n"
    )
    found = read_list(written(folder, text))
    assert found.customers == (Customer("=Fabrikam", GUID, (), ("emea", "vip")),)
    assert "2 rows became 1 tenant:" in found.warning


def test_an_invisible_character_is_shown_by_its_code_point(folder: Path) -> None:
    """`fabrikam` looks like a domain's first label and nothing else."""
    with pytest.raises(BadFile, match="<U\\+202E>"):
        read(written(folder, "Company name,Relationship\u202eType\nA,B\n"))
