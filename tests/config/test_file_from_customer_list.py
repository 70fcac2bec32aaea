"""The first tenants.yaml for a customer list: valid as written, whatever the list says."""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.config.load import load
from reconciler.config.model.fields import LONGEST_NAME
from reconciler.config.writing.file_from_customer_list import (
    LEAST_IN_TABLE,
    TABLE,
    FirstLink,
    first_file_for,
)
from reconciler.config.writing.labels import clean_name, partner_alias
from reconciler.core.customers.discovery import Customer
from reconciler.core.links import Wanted
from tests.config.conftest import TODAY

UK = "4936128"
APP = "6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11"
LINK = FirstLink(UK, "Contoso Consulting UK", APP)


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def customers(*names: str) -> list[Customer]:
    return [Customer(name, guid(n), (f"c{n}.example",)) for n, name in enumerate(names, 1)]


def loaded(listed: list[Customer], link: FirstLink = LINK) -> tuple[Wanted, ...]:
    """The links that the written files want."""
    first = first_file_for(listed, link)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tenants.yaml"
        path.write_text(first.text, encoding="utf-8")
        if first.table is not None:
            path.with_name(TABLE).write_text(first.table, encoding="utf-8", newline="")
        return load(path, TODAY).wanted


hostile = st.one_of(
    st.text(max_size=12),
    st.text("='\"@+-,;\\ \n\t#&*!|>%{}[]:`~\uff1d", max_size=8),
    st.sampled_from(["null", "yes", "1_0", "tag:x", "*", "- a: b", "x" * 300, "Ⅳ", "iv", "IV"]),
)


@given(st.lists(st.tuples(hostile, st.lists(hostile, max_size=2)), min_size=1, max_size=6))
def test_hostile_names_and_tags_give_a_valid_file(given: list[tuple[str, list[str]]]) -> None:
    """Every customer is wanted with the ID, in file order, in YAML and in a table."""
    few = [
        Customer(name, guid(number), (), tuple(filter(None, map(clean_name, tags))))
        for number, (name, tags) in enumerate(given, 1)
    ]
    many = few + [Customer("", guid(number)) for number in range(100, 100 + LEAST_IN_TABLE)]
    for listed in (few, many):
        wanted = loaded(listed)
        assert [want.place.directory for want in wanted] == [each.directory for each in listed]
        assert {want.partner_id for want in wanted} == {UK}


@given(hostile.filter(lambda text: text.isprintable() and 0 < len(text.strip()) <= LONGEST_NAME))
def test_any_partner_name_gives_a_valid_alias(name: str) -> None:
    """The alias is made from the name, and the file is valid."""
    wanted = loaded(customers("A"), FirstLink(UK, name.strip(), APP))
    assert [want.partner_id for want in wanted] == [UK]


@pytest.mark.parametrize(
    ("name", "alias"),
    [
        ("Contoso Consulting UK", "contoso-consulting-uk"),
        ("Müller & Söhne", "muller-sohne"),
        ("3 Clouds", "partner-3-clouds"),
        ("12345", f"partner-{UK}"),
        ("東京", f"partner-{UK}"),
        ("", f"partner-{UK}"),
    ],
)
def test_an_alias_is_made_from_the_name(name: str, alias: str) -> None:
    """Lower-case letters, digits and hyphens; it never looks like a partner ID."""
    assert partner_alias(UK, name) == alias


def test_customers_with_equal_names_are_told_apart_by_their_domain() -> None:
    """Each of them gets its domain, so that none seems to be the original."""
    wanted = loaded(customers("Fabrikam", "FABRIKAM", "Northwind", "Fabrikam (c1.example)"))
    assert [want.place.tenant for want in wanted] == [
        *("Fabrikam (c1.example)", "FABRIKAM (c2.example)"),
        *("Northwind", "Fabrikam (c1.example) (c4.example)"),
    ]


@pytest.mark.parametrize("name", ["", "Fabrikam"])
def test_the_longest_domain_is_no_part_of_a_name(name: str) -> None:
    """It has more characters than a name may have; a number tells the customers apart."""
    wanted = loaded([Customer(name, ".".join([c * 60] * 4) + ".example") for c in "ab"])
    assert all(len(want.place.tenant) <= LONGEST_NAME for want in wanted)


def test_a_long_list_becomes_a_table() -> None:
    """From 50 customers on, tenants.yaml includes tenants.csv; below, it lists them."""
    names = [f"Customer {number}" for number in range(LEAST_IN_TABLE)]
    few, many = (first_file_for(customers(*names[:count]), LINK) for count in (49, 50))
    assert few.table is None
    assert "include:" not in few.text
    assert "include: [tenants.csv]" in many.text
    assert many.table is not None
    assert [row["name"] for row in csv.DictReader(many.table.splitlines())] == names


def test_the_secret_is_the_only_reference() -> None:
    """One environment variable is all that the first plan needs."""
    for count in (1, 60):
        text = first_file_for(customers(*map(str, range(count))), LINK).text
        assert text.count("env:") == 1
        assert "secret: {env: PAL_AUTOMATION_SECRET}" in text


def test_a_table_holds_no_formula() -> None:
    """An apostrophe keeps a spreadsheet from executing a name; the file's name is without it."""
    listed = customers("=HYPERLINK(1)", *map(str, range(60)))
    table = first_file_for(listed, LINK).table or ""
    assert "\n'=HYPERLINK(1)," in table
    assert loaded(listed)[0].place.tenant == "=HYPERLINK(1)"


def test_a_password_in_a_name_is_not_copied() -> None:
    """Names are redacted like all texts of others."""
    text = first_file_for(customers("Fabrikam Password=hunter2hunter2"), LINK).text
    assert "hunter2" not in text
