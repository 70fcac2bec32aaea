"""Tenants from a list: Partner Center's export, and whatever a command line names."""

from pathlib import Path

import pytest

from reconciler.config.exports import named, read
from reconciler.config.labels import labels
from reconciler.core.discovery import Customer
from reconciler.core.errors import BadFile

GUID, OTHER = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11", "7c0d5a0a-0f5b-4f4e-8b7e-2a51f2f3c999"
FABRIKAM = Customer("Fabrikam", GUID, ("fabrikam.example",), ("emea", "vip"))


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
    """The ID comes first; a domain that is none is not needed beside one."""
    text = f"Microsoft ID,Company name,Primary domain name\n,A,a.example\n{OTHER},B,unknown\n"
    assert read(written(folder, text)) == (Customer("A", "a.example"), Customer("B", OTHER))


def test_a_list_needs_no_header(folder: Path) -> None:
    """One tenant a line is a list, too."""
    assert read(written(folder, f"{GUID}\nnorthwind.example\n")) == (
        Customer("", GUID),
        Customer("", "northwind.example"),
    )


def test_a_tenant_that_stands_twice_is_one(folder: Path) -> None:
    """Partners of two kinds see each customer twice; a domain joins what belongs together."""
    text = (
        f"tenant,name,domain,tags\n{GUID},Fabrikam,fabrikam.example,emea\n"
        f"{GUID},Fabrikam Ltd,,vip\n,,fabrikam.example,\n"
    )
    assert read(written(folder, text)) == (FABRIKAM,)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "1:1: no tenants are listed; name each in a row of its own"),
        ("Microsoft ID,Company name\n", "1:1: no tenants are listed; name each in a row"),
        (
            "Company name,Relationship\nA,B\n",
            '1:1: no column names the tenants: the first row has "Co',
        ),
        ("Fabrikam\nNorthwind\n", '1:1: no column names the tenants: the first row has "Fabrikam"'),
        (f"name,tenant\nA,{GUID}\nB,fabrikam\n", '3:3: tenant "fabrikam" is neither a GUID nor'),
        ("name,tenant\nB,\n", "2:1: this row names no tenant; give its GUID or a verified domain"),
        (f'name,tenant\n"B,{GUID}\n', "2:1: a quote is opened here"),
        ("name,tenant\nB,common\n".encode("utf-16"), "1:1: the file is not UTF-8 here"),
    ],
)
def test_a_bad_list_is_complained_of_with_its_place(
    folder: Path, text: str | bytes, complaint: str
) -> None:
    """Each complaint is one clear line."""
    with pytest.raises(BadFile) as caught:
        read(written(folder, text))
    assert caught.value.complaints[0].startswith(f"customers.csv:{complaint}")


def test_every_complaint_comes_at_once(folder: Path) -> None:
    """A list with three bad rows has three complaints; a missing one has one."""
    with pytest.raises(BadFile) as caught:
        read(written(folder, "tenant\ncommon\na@b.example\nhttps://c.example\n"))
    assert [line.split(":")[1] for line in caught.value.complaints] == ["2", "3", "4"]
    with pytest.raises(BadFile, match=r"missing\.csv:1:1: there is no such file"):
        read(Path("missing.csv"))


def test_tenants_of_a_command_line_are_parted_by_commas() -> None:
    """Each is a GUID or a domain, once."""
    assert named([f"{GUID}, a.example", "A.example"]) == (
        Customer("", GUID),
        Customer("", "a.example"),
    )
    with pytest.raises(BadFile, match='--tenants: tenant "common" is a sign-in endpoint'):
        named(["common"])
    with pytest.raises(BadFile, match="--tenants: name a tenant's GUID"):
        named([","])


def test_every_customer_has_a_name_of_its_own() -> None:
    """Names that look alike get the domain behind them; those that hold nothing are the domain."""
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
        "Fabrikam",
        "FABRIKAM (fabrikam.test)",
        "northwind.example",
        "\\u200b\\x1b[31m\\n",
    ]
    assert [len(name) for name in found[4:6]] == [200, 200]
    assert found[5].endswith("Tailspin (tailspin.test)")
    assert found[6] == f"Taken ({GUID})"
