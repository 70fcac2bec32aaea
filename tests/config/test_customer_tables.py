"""Customers from a table: a CSV file that the main file includes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.config.load import Config, load
from reconciler.core.errors import BadFile
from reconciler.core.links import WantedState
from tests.config.conftest import SOUND, TODAY

SECRET = "abc8Q~" + "x" * 34
Tabled = Callable[[str | bytes], Config]


@pytest.fixture
def tabled(folder: Path) -> Tabled:
    """Write a table next to a valid file that includes it, and load both."""

    def write_and_load(table: str | bytes) -> Config:
        data = table.encode() if isinstance(table, str) else table
        (folder / "customers.csv").write_bytes(data)
        (folder / "tenants.yaml").write_text(SOUND + "include: [customers.csv]\n")
        return load(Path("tenants.yaml"), TODAY)

    return write_and_load


def complaints_of(tabled: Tabled, table: str | bytes) -> list[str]:
    with pytest.raises(BadFile) as caught:
        tabled(table)
    return list(caught.value.complaints)


def test_each_row_is_a_customer(tabled: Tabled) -> None:
    """They follow those of the main file, in the table's order. An empty cell sets nothing."""
    wanted = tabled(
        "name,tenant,partner,state,tags,identities\n"
        "Adatum,adatum.example,contoso-old,,emea; vip,alice;automation\n"
        "Wingtip,wingtip.example,,absent,,\n"
    ).wanted
    assert [(w.place.tenant, w.place.identity, w.partner_id) for w in wanted[2:]] == [
        ("Adatum", "alice", "1158331"),
        ("Adatum", "automation", "1158331"),
        ("Wingtip", "automation", None),
    ]
    assert wanted[2].tags == ("emea", "vip")
    assert wanted[-1].state is WantedState.ABSENT


@pytest.mark.parametrize(
    "table",
    [
        "name,tenant\nAdatum,adatum.example\n",
        "\ufeffname,tenant\r\nAdatum,adatum.example\r\n",
        "Name;Tenant\nAdatum;adatum.example",
        '"tenant" , "name"\n"adatum.example" , "Adatum"\n',
        "\n name , tenant \n\n,\n Adatum , adatum.example \n;;\n".replace(";;", ","),
        "tenant,name\radatum.example,Adatum\r",
        "name\ttenant\nAdatum\tadatum.example\n",
        'sep=;\n#TYPE System.Object\nname;tenant\n"Adatum";"\u200badatum.example\u00a0"\n',
        "\ufeff\ufeffname,tenant\nAdatum,adatum.example\n",
    ],
)
def test_csv_of_spreadsheets_is_read(tabled: Tabled, table: str) -> None:
    """A byte order mark, semicolons, any line end, quotes, blank rows, columns in any order."""
    place = tabled(table).wanted[-1].place
    assert (place.tenant, place.directory) == ("Adatum", "adatum.example")


def test_a_quoted_cell_may_hold_separators_and_quotes(tabled: Tabled) -> None:
    """Quoting follows RFC 4180. In a table with semicolons, a list is in quotes."""
    last = tabled(
        'name;tenant;tags\n"Adatum; the ""real"" one, Inc.";adatum.example;"emea;vip"\n'
    ).wanted[-1]
    assert last.place.tenant == 'Adatum; the "real" one, Inc.'
    assert last.tags == ("emea", "vip")


def test_the_digest_covers_tables(tabled: Tabled) -> None:
    """A changed cell changes the digest, so a plan that was saved before is rejected."""
    table = "name,tenant\nAdatum,adatum.example\n"
    assert tabled(table).digest != tabled(table + "\n").digest


ROW = "name,tenant,partner,state,tags,identities\n"
BAD = {
    "": "1:1: the table is empty; start with name,tenant",
    "\n\n": "1:1: the table is empty; start with name,tenant",
    "name,tags\nA,\n": "1:1: column tenant is missing; the first row names the columns: "
    "name,tenant,",
    "name,tenant,Name\nA,a.example,A\n": "1:13: column name is given twice (first at "
    "customers.csv:1:1); remove one",
    "name,tenant,partnr\nA,a.example,\n": '1:13: column "partnr" is unknown; did you mean partner?',
    "name,tenant,country\nA,a.example,\n": '1:13: column "country" is unknown; valid are name,',
    "name,tenant,\nA,a.example,\n": "1:13: a column without a name; name it or remove it: name,",
    "name,tenant,client_secret\n": '1:13: column "client_secret" looks like it contains secrets, ',
    f"name,tenant,{SECRET}\n": "1:13: column *** looks like it contains secrets, ",
    "name,tenant\nA,a.example,b\n": "2:13: the row has 3 cells, but the header has 2 cells; "
    "put a cell that contains a separator in quotes",
    "name,tenant\nA\n": "2:1: the row has 1 cell, but the header has 2 cells; ",
    'name,tenant\n"A,a.example\n': "2:1: a quote is opened here and not closed; ",
    'name,tenant\nA,"a.example\nB",b.example\n': "3:4: the row has 3 cells, but the header has 2 ",
    'name,tenant\nA "x",a.example\n': "2:3: a stray quote; put the whole cell in quotes and ",
    'name,tenant\n"A" x,a.example\n': "2:5: text after a closing quote; double a quote inside a ",
    "name,tenant\n=1+1,a.example\n": '2:1: a cell that starts with "=" is a formula in a ',
    'name,tenant\n"@SUM(A1)",a.example\n': '2:1: a cell that starts with "@" is a formula in a ',
    f"name,tenant,partner\nA,a.example,{SECRET}\n": "2:13: a cell that looks like a secret (***); ",
    "name,tenant\n,a.example\n": "2:1: name is empty; set a value",
    "name,tenant\nA,\n": "2:3: tenant is empty; set a value",
    "name,tenant\nA,common\n": '2:3: tenant "common" is a sign-in endpoint for many tenants; ',
    f"{ROW}A,a.example,4936129,,,\n": '2:13: partner "4936129" is not listed; ',
    f"{ROW}A,a.example,uk,,,\n": '2:13: partner "uk" is not defined; ',
    f"{ROW}A,a.example,0936128,,,\n": '2:13: partner "0936128" starts with a zero, ',
    f"{ROW}A,a.example,,gone,,\n": '2:14: state "gone" is unknown; choose ',
    f"{ROW}A,a.example,,,a; A,\n": '2:18: tag "A" is listed twice; remove one',
    f"{ROW}A,a.example,,,a;;b,\n": "2:17: tag \"\" is empty; ",
    f"{ROW}A,a.example,,,,alice;alicia\n": '2:22: identity "alicia" is not defined; did you mean ',
    f'{ROW}A,a.example,,,,"alice; alicia"\n': '2:24: identity "alicia" is not defined; did you ',
    "name,tenant\nfabrikam,a.example\n": '2:1: name "fabrikam" differs only by case or width ',
    "name,tenant\nA,northwind.onmicrosoft.com\n": '2:3: identity "automation" is already listed ',
}  # fmt: skip


@pytest.mark.parametrize(("table", "complaint"), list(BAD.items()))
def test_an_error_names_the_cell(tabled: Tabled, table: str, complaint: str) -> None:
    """Errors have file, line and column as in YAML, without follow-on errors."""
    found = complaints_of(tabled, table)
    lines = {line.split(":")[1] for line in found}
    assert found[0].startswith(f"customers.csv:{complaint}")
    assert len(found) == len(lines)
    assert SECRET[:6] not in "".join(found)


def test_a_table_that_is_not_utf_8_says_where(tabled: Tabled) -> None:
    """Excel writes Windows-1252 by default."""
    assert complaints_of(tabled, b"name,tenant\nM\xfcller,a.example\n") == [
        "customers.csv:2:2: the file is not UTF-8 here; save it as UTF-8"
    ]


def test_a_row_that_cannot_be_read_hides_no_other(tabled: Tabled) -> None:
    """Each broken row is reported, and the valid rows are checked."""
    found = complaints_of(tabled, 'name,tenant\nA,"a\n=B,b.example\nC,common\nD,d.example\n')
    assert [line.split(":")[1] for line in found] == ["2", "3", "4"]


def test_an_unreadable_table_causes_no_follow_on_errors(tabled: Tabled, folder: Path) -> None:
    """Its possible contents are not reported as missing."""
    (folder / "tenants.yaml").write_text(
        SOUND + "    covers: ['tag:lighthouse']\ninclude: [customers.csv]\n"
    )
    (folder / "customers.csv").write_text("nome,tenant\n")
    with pytest.raises(BadFile) as caught:
        load(Path("tenants.yaml"), TODAY)
    assert len(caught.value.complaints) == 1


def test_an_export_of_partner_center_is_included_as_it_is(tabled: Tabled) -> None:
    """Unused columns are named in a finding; additional known columns are read."""
    config = tabled(
        "Microsoft ID,Company name,Primary domain name,Relationship,partner\n"
        "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b12,Adatum,adatum.example,Reseller,contoso-old\n"
        "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b13,Adatum,adatum.test,Reseller,\n"
        "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b13,Adatum,adatum.test,Indirect,\n"
    )
    assert [(w.place.tenant, w.partner_id) for w in config.wanted[-2:]] == [
        ("Adatum (adatum.example)", "1158331"),
        ("Adatum (adatum.test)", "4936128"),
    ]
    found = {finding.code: finding.message for finding in config.findings}
    assert found["columns_skipped"].endswith('unused columns: "Relationship"')
    assert "3 rows became 2 tenants" in found["rows_joined"]


def test_our_own_inventory_is_included_as_it_is(tabled: Tabled) -> None:
    """`show --format csv`: one row per link, with the expiry date of the credential."""
    head = "tenant,tenant_id,identity,object_id,tags,wanted_state,expires_on\n"
    row = "Adatum,2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b12,{},,emea vip,linked,2027-01-01\n"
    wanted = tabled(head + row.format("automation") + row.format("alice")).wanted[-1]
    assert (wanted.place.tenant, wanted.tags) == ("Adatum", ("emea", "vip"))


def test_an_export_with_two_columns_of_tenants_names_them(tabled: Tabled) -> None:
    """The message is that of `discover`, without follow-on errors."""
    table = "TenantId,Company name,TenantId\na.example,A,b.example\n"
    (complaint,) = complaints_of(tabled, table)
    assert complaint.startswith(
        "customers.csv:1:1: several columns could name the customer's tenant"
    )


def test_an_error_of_an_export_names_its_row(tabled: Tabled) -> None:
    """A partner that is not listed, in the column beside; a secret in a column not used."""
    table = "Microsoft ID,Company name,partner,Notes\nadatum.example,A,4936129,\n"
    assert complaints_of(tabled, table)[0].startswith('customers.csv:2:18: partner "4936129" is')
    found = complaints_of(tabled, table.replace("4936129,", f",{SECRET}"))
    assert found[0].startswith("customers.csv:2:19: a cell that looks like a secret (***)")
