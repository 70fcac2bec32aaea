"""Inventory groups in each format: counts, names and hostile names."""

import csv
import io
import json

import pytest

from reconciler.core.plan import Plan
from reconciler.core.text import visible
from reconciler.views.formats import Format, View
from reconciler.views.lists.inventory_groups import GroupedInventory
from reconciler.views.registry import render
from reconciler.views.terminal.layout import UNLIMITED
from tests.views import facts


def grouped(form: str, plan: Plan, by: list[str], width: int = UNLIMITED) -> str:
    """Render the groups."""
    return render(View.INVENTORY_GROUPS, Format(form), GroupedInventory(plan, by), width=width)


def test_a_table_counts_and_names() -> None:
    """The largest group is first, unreadable links have a column, the summary is the last line."""
    text = grouped("table", facts.inventory(), ["partner"], width=110)
    lines = text.splitlines()
    assert lines[0].split() == [
        *("PARTNER", "PARTNER", "NAMES", "LINKS", "LINKED", "UNREAD", "CUSTOMERS", "NAMES"),
    ]
    assert lines[1].split()[0] == facts.OURS
    assert lines[2].split()[:4] == ["-", "3", "0", "1"]
    assert "10 links: 7 linked" in lines[-1]
    assert all(len(line) <= 110 for line in lines)


def test_a_narrow_table_has_the_names_below() -> None:
    """At 80 columns, no line is longer, no name is cut, and the counts are one line."""
    lines = grouped("table", facts.inventory(), ["partner"], width=80).splitlines()
    assert lines[0].endswith("LINKS  LINKED  UNREAD  CUSTOMERS")
    assert lines[1].split()[:1] == [facts.OURS]
    assert lines[2].strip() == "Tailspin Toys, Adatum, Margie's Travel"
    assert all(len(line) <= 80 for line in lines)


def test_the_other_formats_name_every_customer() -> None:
    """JSON has the inventory's shape with groups added."""
    plan = facts.inventory()
    rows = list(csv.DictReader(io.StringIO(grouped("csv", plan, ["partner", "state"]))))
    assert rows[0]["partner"] == facts.OURS
    assert rows[0]["customer_names"] == "Tailspin Toys;Adatum;Margie's Travel"
    data = json.loads(grouped("json", plan, ["partner"]))
    assert (data["kind"], len(data["links"])) == ("inventory", 10)
    assert sum(group["links"] for group in data["groups"]) == 10
    assert "| 4936128 | Contoso Consulting UK | 3 | 3 |" in grouped("markdown", plan, ["partner"])
    page = grouped("html", plan, ["partner"])
    assert all(customer in page for customer in ("Tailspin Toys", "Adatum", "Margie&#39;s Travel"))


@pytest.mark.parametrize("form", ["table", "markdown", "csv"])
def test_hostile_names_stay_text(form: str) -> None:
    """A name in a group formats nothing, adds no line and is no formula."""
    text = grouped(form, facts.hostile_plan(), ["tenant", "partner_name"])
    assert "\x1b" not in text
    assert all(visible(line) == line for line in text.splitlines())
    assert ("<b>" in text) is (form != "markdown")
    if form == "csv":
        assert "\n=cmd" not in text
