"""What `validate --explain` prints."""

import csv
import json

import pytest

from reconciler.core.customers.explanations import ExplainedValue, Explanation
from reconciler.core.text import visible
from reconciler.views.explanation import render

FABRIKAM = Explanation(
    "Fabrikam",
    "fabrikam.example",
    ("us",),
    (
        ExplainedValue("tags", "us", "tenant", "customers.csv:2:27"),
        ExplainedValue("partner", "us (5111222)", "tag us", "tenants.yaml:10:10", "app"),
    ),
)
HOSTILE = Explanation(
    "=cmd|<b>",
    "x",
    (),
    (ExplainedValue("tags", "a\x1b[31m|\u202eb\n<i>", "tag @all", "a|b.csv:1:1"),),
)


def test_a_table_shows_a_tenant_and_its_links() -> None:
    """Values in columns; those of a link stand under its identity."""
    assert render("table", [FABRIKAM, FABRIKAM]).split("\n\n")[0].splitlines() == [
        "Fabrikam",
        "  tags       us            tenant  customers.csv:2:27",
        "  app",
        "    partner  us (5111222)  tag us  tenants.yaml:10:10",
    ]


def test_json_holds_every_value() -> None:
    """For programs: the same, with its names."""
    data = json.loads(render("json", [FABRIKAM]))
    assert data["kind"] == "explanation"
    assert data["tenants"][0]["values"][1] == {
        "key": "partner",
        "value": "us (5111222)",
        "source": "tag us",
        "where": "tenants.yaml:10:10",
        "identity": "app",
    }


def test_csv_has_a_row_for_each_value() -> None:
    """With a header, and the tenant's name in each row."""
    rows = list(csv.reader(render("csv", [FABRIKAM]).splitlines()))
    assert [row[:3] for row in rows] == [
        ["tenant", "identity", "key"],
        ["Fabrikam", "", "tags"],
        ["Fabrikam", "app", "partner"],
    ]


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
def test_strangers_text_does_no_harm(form: str) -> None:
    """A name or a tag moves no cursor, ends no line, and is no markup and no formula."""
    text = render(form, [HOSTILE])
    assert visible(text.replace("\n", "")) == text.replace("\n", "")
    if form == "csv":
        assert text.splitlines()[1].startswith("'=cmd")
    if form == "markdown":
        assert "<b>" not in text
        assert text.splitlines()[2].replace("\\|", "").count(" | ") == 5
