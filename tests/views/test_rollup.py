"""An inventory in groups, in each format."""

import csv
import io
import json

import pytest

from reconciler.core.text import visible
from reconciler.views.rollup import render
from tests.views import facts


def test_a_table_counts_and_names() -> None:
    """Largest first, what cannot be read in a column of its own, the whole in a line."""
    text = render("table", facts.inventory(), ["partner"], width=110)
    lines = text.splitlines()
    assert lines[0].split() == [
        *("PARTNER", "PARTNER", "NAMES", "LINKS", "LINKED", "UNREAD", "CUSTOMERS", "NAMES"),
    ]
    assert lines[1].split()[0] == facts.OURS
    assert lines[2].split()[:4] == ["-", "3", "0", "1"]
    assert "10 links: 7 linked" in lines[-1]
    assert all(len(line) <= 110 for line in lines)


def test_the_other_formats_name_every_customer() -> None:
    """JSON keeps the inventory's shape and adds groups."""
    plan = facts.inventory()
    rows = list(csv.DictReader(io.StringIO(render("csv", plan, ["partner", "state"]))))
    assert rows[0]["partner"] == facts.OURS
    assert rows[0]["customer_names"] == "Tailspin Toys;Adatum;Margie's Travel"
    data = json.loads(render("json", plan, ["partner"]))
    assert (data["kind"], len(data["links"])) == ("inventory", 10)
    assert sum(group["links"] for group in data["groups"]) == 10
    assert "| 4936128 | Contoso Consulting UK | 3 | 3 |" in render("markdown", plan, ["partner"])
    page = render("html", plan, ["partner"])
    assert all(customer in page for customer in ("Tailspin Toys", "Adatum", "Margie&#39;s Travel"))


@pytest.mark.parametrize("form", ["table", "markdown", "csv"])
def test_hostile_names_stay_text(form: str) -> None:
    """A roll-up by tenant holds all names, and none of them does anything."""
    text = render(form, facts.hostile_plan(), ["tenant", "partner_name"], width=400)
    assert "\x1b" not in text
    assert all(visible(line) == line for line in text.splitlines())
    assert ("<b>" in text) is (form != "markdown")
    if form == "csv":
        assert "\n=cmd" not in text
