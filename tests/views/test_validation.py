"""The output of `validate`: errors with their places, and the sources of values."""

import csv
import json

import pytest

from reconciler.core.customers.explanations import ExplainedValue, Explanation
from reconciler.core.text import visible
from reconciler.views.formats import Format, View
from reconciler.views.registry import render
from reconciler.views.validation import Validation

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


def explained(form: str, values: list[Explanation]) -> str:
    """Render the explanations."""
    return render(View.EXPLANATION, Format(form), values)


def test_an_error_has_its_place_in_json() -> None:
    """File, line, column and message are fields of their own, beside the whole line."""
    complaints = ("a.yaml:3:7: no: such key", "cannot read b.yaml")
    data = json.loads(render(View.VALIDATION, Format.JSON, Validation(complaints)))
    assert (data["valid"], data["links"], data["complaints"]) == (False, None, list(complaints))
    assert data["errors"] == [
        {"file": "a.yaml", "line": 3, "column": 7, "message": "no: such key"},
        {"file": None, "line": None, "column": None, "message": "cannot read b.yaml"},
    ]


@pytest.mark.parametrize("form", [Format.TABLE, Format.MARKDOWN])
def test_a_valid_file_is_one_sentence(form: Format) -> None:
    """It says how many links the file has."""
    assert render(View.VALIDATION, form, Validation(links=1)) == "The file is valid: 1 link.\n"


def test_a_table_shows_a_tenant_and_its_links() -> None:
    """Values are in columns; those of a link are under its identity."""
    assert explained("table", [FABRIKAM, FABRIKAM]).split("\n\n")[0].splitlines() == [
        "Fabrikam",
        "  tags       us            tenant  customers.csv:2:27",
        "  app",
        "    partner  us (5111222)  tag us  tenants.yaml:10:10",
    ]


def test_a_narrow_table_has_the_source_only_without_a_place() -> None:
    """Lines fit the terminal, and long values fold."""
    many = ExplainedValue("tags", ", ".join(["europe"] * 9), "tenant", "customers.csv:2:27")
    state = ExplainedValue("state", "linked", "built in", "", "app")
    fact = [Explanation("Fabrikam", "fabrikam.example", ("us",), (many, state))]
    assert render(View.EXPLANATION, Format.TABLE, fact, width=66).splitlines() == [
        "Fabrikam",
        "  tags     europe, europe, europe, europe,      customers.csv:2:27",
        "           europe, europe, europe, europe,",
        "           europe",
        "  app",
        "    state  linked                               built in",
    ]


def test_json_holds_every_value() -> None:
    """Programs get the same values."""
    data = json.loads(explained("json", [FABRIKAM]))
    assert data["kind"] == "explanation"
    assert data["tenants"][0]["values"][1] == {
        "key": "partner",
        "value": "us (5111222)",
        "source": "tag us",
        "where": "tenants.yaml:10:10",
        "identity": "app",
    }


def test_csv_has_a_row_for_each_value() -> None:
    """There is a header, and each row has the tenant's name."""
    rows = list(csv.reader(explained("csv", [FABRIKAM]).splitlines()))
    assert [row[:3] for row in rows] == [
        ["tenant", "identity", "key"],
        ["Fabrikam", "", "tags"],
        ["Fabrikam", "app", "partner"],
    ]


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
def test_hostile_text_is_only_text(form: str) -> None:
    """A name or a tag moves no cursor, ends no line, and is no markup and no formula."""
    text = explained(form, [HOSTILE])
    assert visible(text.replace("\n", "")) == text.replace("\n", "")
    if form == "csv":
        assert text.splitlines()[1].startswith("'=cmd")
    if form == "markdown":
        assert "<b>" not in text
        assert text.splitlines()[2].replace("\\|", "").count(" | ") == 5
