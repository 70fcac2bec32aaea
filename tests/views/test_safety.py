"""Safety of every format: hostile names are only text."""

import csv as reader
import io
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.findings import Finding
from reconciler.core.links import Observed, Problem
from reconciler.core.plan import Plan, Refusal, Report
from reconciler.core.text import visible
from reconciler.views.csv import safe_cell
from reconciler.views.formats import Format, View
from reconciler.views.markdown.escape import escape
from reconciler.views.registry import RENDERERS, render
from tests.views import facts

EVERY = [(kind, form) for kind in facts.VIEWS for form in RENDERERS[kind]]

NAMES = st.one_of(st.text(st.characters()), st.sampled_from(list(facts.HOSTILE.values())))


def _fact(kind: View, plan: Plan) -> Plan | Report:
    return facts.report_of(plan) if kind is View.REPORT else plan


def _named(name: str) -> Plan:
    problem = Problem(name, name, name)
    return facts.plan_of(
        (facts.wanted(name, 1, identity=name, tags=(name,)), facts.linked(1, facts.OLD, name)),
        (facts.wanted(name + "2", 2), Observed.unknown(problem)),
        (facts.wanted(name + "3", 3), facts.linked(3, facts.FOREIGN, name)),
        findings=(Finding(name, name, name, name, name),),
    )


@pytest.mark.parametrize(("kind", "form"), EVERY)
@given(name=NAMES)
@settings(max_examples=60, deadline=None)
def test_no_name_brings_a_hidden_character_out(kind: View, form: Format, name: str) -> None:
    """Except for its line ends, the text has no character that controls a terminal."""
    text = render(kind, form, _fact(kind, _named(name)), width=80)
    assert text.endswith("\n")
    flat = text.replace("\n", "")
    assert visible(flat) == flat
    text.encode()


@pytest.mark.parametrize("form", RENDERERS[View.REPORT])
def test_refusals_and_failures_are_made_safe_too(form: Format) -> None:
    """Messages may quote another program."""
    plan = facts.ordinary_plan()
    report = Report(
        plan,
        facts.report_of(plan).results,
        (Refusal("x\x1b[0m", "y\x1b[0m"),),
        failure="z\x1b[0m\u202e",
    )
    assert "\x1b" not in render(View.REPORT, form, report)


@given(lines=st.integers(1, 4), name=NAMES)
@settings(max_examples=100, deadline=None)
def test_a_name_never_adds_a_line_to_csv(lines: int, name: str) -> None:
    """One line is one link, so that grep and wc give correct results."""
    pairs = [(facts.wanted(f"{name}{n}", n), facts.linked(n, facts.OLD)) for n in range(lines)]
    assert len(render(View.PLAN, Format.CSV, facts.plan_of(*pairs)).split("\n")) == lines + 2


@pytest.mark.parametrize(
    "value",
    [
        "=cmd()",
        "+1",
        "-1",
        "@SUM(1)",
        "  =x",
        "\t=x",
        "\r=x",
        "\n=x",
        "\u00a0=x",
        "\ufeff=x",
        "\uff1dx",
    ],
)
def test_a_formula_is_text_in_a_spreadsheet(value: str) -> None:
    """A cell that a spreadsheet could compute begins with an apostrophe."""
    assert safe_cell(value).startswith("'")


def test_an_ordinary_cell_is_left_alone() -> None:
    """IDs, times and names need no apostrophe."""
    values = ("4936128", "2026-03-21T00:36:59Z", "a=b", "", None)
    assert [safe_cell(value) for value in values] == [*values[:4], ""]


def test_csv_has_the_documented_columns() -> None:
    """The heading is part of the public interface."""
    heading = (
        "tenant,tenant_id,identity,object_id,tags,wanted_state,wanted_partner_id,observed_state,"
        "observed_partner_id,observed_partner_name,version,updated_at,action,reason,problem_code,"
        "problem_message,problem_hint"
    )
    plan = facts.ordinary_plan()
    for kind, more in (
        (View.PLAN, ""),
        (View.INVENTORY, ""),
        (View.REPORT, ",outcome"),
    ):
        lines = render(kind, Format.CSV, _fact(kind, plan)).split("\n")
        assert lines[0].startswith(heading + more)


def test_csv_reads_back_as_one_row_a_link() -> None:
    """Any CSV reader gets each link with all its columns."""
    plan = facts.hostile_plan()
    rows = list(reader.DictReader(io.StringIO(render(View.PLAN, Format.CSV, plan))))
    assert [row["action"] for row in rows] == [change.action for change in plan.changes]
    assert all(None not in row and None not in row.values() for row in rows)


@given(NAMES)
def test_markdown_text_has_no_markup_of_its_own(name: str) -> None:
    """No tag, table cell, code, link, mention or reference can come out of a name."""
    written = escape(name)
    assert not re.search(r"[<>|]|(?<!\\)[`\[\]*_~]|[@#](?!&#8203;)|://", _without_entities(written))


def _without_entities(text: str) -> str:
    kept = text.replace("@&#8203;", "").replace("#&#8203;", "")
    return re.sub(r"\\\\|&(amp|lt|gt|#124|#58|#46);", "", kept)


def test_json_is_the_document_itself() -> None:
    """A program gets the names unchanged, hostile or not."""
    data = json.loads(render(View.PLAN, Format.JSON, facts.hostile_plan()))
    assert data["links"][1]["tenant"] == facts.HOSTILE["newline"]
    assert data["links"][6]["tenant"] == facts.HOSTILE["lone"]
