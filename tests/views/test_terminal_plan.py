"""Terminal tables of plans, reports and inventories: what is wrong, and what to do about it."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.findings import Finding
from reconciler.core.links import Action, Observed, ObservedState, Problem, WantedState
from reconciler.core.plan import Plan, Report
from reconciler.core.results import Outcome, Result, not_written
from reconciler.views.formats import Format, View
from reconciler.views.grouping import MANY, NAMED
from reconciler.views.registry import RENDERERS, render
from reconciler.views.terminal.layout import Page
from reconciler.views.terminal.plan import render_inventory, render_plan, render_report
from reconciler.views.terminal.shortening import columns_of
from tests.views import facts


def _unreadable(count: int, *, message: str = "same") -> Plan:
    return facts.plan_of(
        *(
            (
                facts.wanted(f"Customer {n}", n),
                Observed.unknown(Problem("broken", message.format(n), "fix it")),
            )
            for n in range(count)
        )
    )


def test_links_in_sync_are_counted_and_not_listed() -> None:
    """A plan is about differences."""
    text = render_plan(facts.ordinary_plan(), Page(100))
    assert "Adatum  " not in text
    assert "Margie" not in text


def test_every_link_is_listed_in_the_inventory() -> None:
    """The inventory is the complete list."""
    plan = facts.ordinary_plan()
    text = render_inventory(plan, Page(160))
    assert all(change.place.tenant in text for change in plan.changes)


@pytest.mark.parametrize("count", [1, MANY])
def test_few_links_with_one_cause_have_a_line_each(count: int) -> None:
    """Their common reason and hint follow once."""
    text = render_plan(_unreadable(count), Page(80))
    assert text.count("unreadable, wanted") == count
    assert text.count("-> fix it") == 1


def test_many_links_with_one_cause_are_one_entry() -> None:
    """Four hundred unreadable tenants do not hide the rest of the plan."""
    text = render_plan(facts.many_plan(), Page(80))
    assert text.count("expired_client_secret") == 1
    assert f"and {400 - NAMED} more (--full lists all)" in text.replace("\n       ", " ")
    assert len(text.splitlines()) < 20


def test_a_group_that_fits_names_all_its_links() -> None:
    """Six names need no other command."""
    text = render_plan(_unreadable(MANY + 1), Page(200))
    assert all(f"Customer {n}" in text for n in range(MANY + 1))
    assert "more" not in text


def test_messages_that_differ_are_shown_by_one_example() -> None:
    """One cause may name each tenant in its message; the hint is the same."""
    text = render_plan(_unreadable(MANY + 1, message="no app in T{}"), Page(100))
    assert "broken: for example: no app in T0" in text


def test_links_of_several_identities_are_named_with_them() -> None:
    """A tenant alone does not say which link is meant."""
    problem = Observed.unknown(facts.APP_MISSING)
    plan = facts.plan_of(
        *((facts.wanted(f"T{n}", n, identity=f"i{n % 2}"), problem) for n in range(6))
    )
    assert "T0 / i0, T1 / i1" in render_plan(plan, Page(100))


def test_many_quiet_links_are_one_line() -> None:
    """Links that the file leaves alone do not hide the others."""
    pairs = (
        (facts.wanted(f"T{n}", n, aim=WantedState.UNMANAGED), facts.linked(n, facts.OURS))
        for n in range(9)
    )
    text = render_plan(facts.plan_of(*pairs), Page(100))
    assert "  .  9 unmanaged\n" in text


def test_many_findings_of_one_kind_are_one_entry() -> None:
    """The hint is shown once."""
    findings = tuple(Finding("old", f"{n} days", "renew", f"T{n}") for n in range(9))
    plan = facts.plan_of(findings=findings)
    for text in (
        render_plan(plan, Page(100)),
        render(View.PLAN, Format.MARKDOWN, plan),
    ):
        assert text.count("renew") == 1
        assert "9 times" in text


def test_a_finding_about_the_whole_file_names_no_tenant() -> None:
    """Such a finding has no tenant."""
    plan = facts.plan_of(findings=(Finding("old_file", "the file is old", "look"),))
    assert "  old_file: the file is old\n" in render_plan(plan, Page(80))
    assert "- `old_file`: the file is old" in render(View.PLAN, Format.MARKDOWN, plan)


@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_is_shown_beside_its_link(outcome: Outcome) -> None:
    """The line is the plan's line with its outcome."""
    report = facts.report_of(facts.busy_plan())
    text = render_report(report, Page(120))
    assert re.search(rf"^  ~  {outcome} +Customer \d ", text, re.M)


def test_a_failure_carries_the_id_that_support_asks_for() -> None:
    """Azure's correlation ID is shown with the problem."""
    text = render_report(facts.report_of(facts.busy_plan()), Page(80))
    assert "correlation ID c0ffee00-0000-4000-8000-000000000002" in text


def test_refusals_are_above_the_summary() -> None:
    """The refused plan was printed before the report; its links are not listed twice."""
    text = render_report(facts.refused_report(), Page(100))
    assert text.index("Refused by remove-count") < text.index("Apply: ")
    assert "Fabrikam" not in text


def test_a_failed_run_shows_why() -> None:
    """The reason follows the changes that were made."""
    plan = facts.in_sync_plan()
    results = tuple(map(not_written, plan.changes))
    report = Report(plan, results, failure="cannot write the journal: disk full")
    assert "The run failed: cannot write the journal: disk full" in render_report(report, Page(100))
    assert "**The run failed**: cannot write" in render(View.REPORT, Format.MARKDOWN, report)


def test_a_result_without_a_problem_falls_back_to_the_reason() -> None:
    """A link that was skipped without a problem still shows what was planned."""
    plan = facts.plan_of((facts.wanted("Fabrikam", 1), facts.linked(1, facts.OLD)))
    report = Report(plan, (Result(plan.changes[0], Outcome.SKIPPED),))
    assert "linked to 1158331; wanted: 4936128" in render_report(report, Page(80))


def test_a_removal_whose_principal_is_gone_says_so_in_the_inventory() -> None:
    """Nothing has to change, but the link was not read either."""
    gone = (
        facts.wanted("Fabrikam", 1, aim=WantedState.ABSENT),
        Observed.unknown(facts.APP_MISSING),
    )
    plan = facts.plan_of(gone)
    assert plan.changes[0].action is Action.NONE
    assert "nothing can be linked there" in render_inventory(plan, Page(200))


def test_an_unmanaged_link_that_cannot_be_read_wants_nothing() -> None:
    """The table invents no wanted state."""
    pair = (
        facts.wanted("Fabrikam", 1, aim=WantedState.UNMANAGED),
        Observed.unknown(facts.APP_MISSING),
    )
    assert "automation  unreadable\n" in render_plan(facts.plan_of(pair), Page(80))


def test_an_empty_plan_is_one_line() -> None:
    """Without links only the summary remains."""
    assert render_plan(facts.plan_of(), Page(80)) == "No changes. 0 links in sync.\n"
    assert render_inventory(facts.plan_of(), Page(80)).endswith("0 links.\n")


def test_color_adds_styles_and_nothing_else() -> None:
    """Without its escape sequences the coloured table is the plain one."""
    for plan in (facts.ordinary_plan(), facts.hostile_plan(), facts.many_plan()):
        plain = render_plan(plan, Page(80))
        colored = render_plan(plan, Page(80, color=True))
        assert colored != plain
        assert re.sub("\x1b\\[[0-9;]*m", "", colored) == plain


@given(width=st.integers(20, 250))
@settings(max_examples=60, deadline=None)
def test_no_id_is_ever_cut(width: int) -> None:
    """Whatever the terminal, partner IDs and GUIDs can be copied in one piece."""
    plan = facts.ordinary_plan()
    text = render_inventory(plan, Page(width))
    assert all(change.place.directory in text for change in plan.changes)
    report = render_report(facts.report_of(facts.busy_plan()), Page(width))
    assert "c0ffee00-0000-4000-8000-000000000002" in report
    assert report.count(facts.OLD) >= 7


@given(width=st.integers(60, 250))
@settings(max_examples=60, deadline=None)
def test_an_ordinary_list_fits_its_terminal(width: int) -> None:
    """From 60 columns on, no line is wider than the terminal."""
    for text in (
        render_plan(facts.ordinary_plan(), Page(width)),
        render_inventory(facts.ordinary_plan(), Page(width)),
    ):
        assert max(map(columns_of, text.splitlines())) <= width


def test_the_summary_is_one_line_in_a_pipe() -> None:
    """Scripts search for it. A terminal folds it at a space."""
    for make in (render_plan, render_inventory):
        summary = make(facts.ordinary_plan(), Page()).splitlines()[-1]
        folded = make(facts.ordinary_plan(), Page(40)).splitlines()
        assert summary not in folded
        assert summary in " ".join(folded)


def test_a_pipe_has_whole_names() -> None:
    """They can be found with grep; a name of 4 kB does not push the others of its column away."""
    tenant, identity, partner = "Contoso " * 20 + "Ltd", "i" * 90, "p" * 4000
    plan = facts.plan_of(
        (facts.wanted(tenant, 1, identity=identity), facts.linked(1, facts.OLD, partner)),
        (facts.wanted("Fabrikam", 2), facts.linked(2, facts.OLD, "Old")),
    )
    report = facts.report_of(plan)
    for view, fact in ((View.PLAN, plan), (View.REPORT, report), (View.INVENTORY, plan)):
        text = render(view, Format.TABLE, fact)
        assert all(name in text for name in (tenant, identity, partner))
        assert len(next(line for line in text.splitlines() if "Fabrikam" in line)) < 300
    assert "…" in render(View.PLAN, Format.TABLE, plan, width=200)


def test_no_text_claims_that_a_link_works() -> None:
    """A link is in place; whether it earns credit is unknown."""
    for make in (facts.ordinary_plan, facts.in_sync_plan):
        for form in (Format.TABLE, Format.MARKDOWN):
            text = render(View.INVENTORY, form, make())
            assert not re.search(r"\b(works?|working|active|effective|earn)", text)


def test_a_plan_names_the_customers_that_are_covered() -> None:
    """They have no line of their own: one link in our own tenant serves them."""
    wanted = replace(facts.wanted("Home", 1), covers=("Fabrikam", "Adatum"))
    plan = facts.plan_of((wanted, facts.linked(1, facts.OURS)))
    assert "serves 2: Fabrikam, Adatum" in render_plan(plan, Page(100))
    assert "serves 2: Fabrikam, Adatum" in render_inventory(plan, Page(200))


def test_equal_findings_are_shown_once() -> None:
    """One line names all customers, even if there are few."""
    said = [
        Finding("odd", "the same of each", "look", name, None) for name in ("Adatum", "Fabrikam")
    ]
    plan = replace(facts.ordinary_plan(), findings=tuple(said))
    text = render(View.PLAN, Format.TABLE, plan, width=100)
    assert "  odd, 2 times: the same of each\n       -> look\n       Adatum, Fabrikam\n" in text
    page = render(View.PLAN, Format.MARKDOWN, plan)
    assert "- **2 times** `odd`: the same of each<br>→ look<br>Adatum, Fabrikam\n" in page


@pytest.mark.parametrize("form", RENDERERS[View.PLAN])
@pytest.mark.parametrize("kind", [View.PLAN, View.INVENTORY])
def test_the_guid_of_an_entry_named_by_a_domain_is_shown(form: Format, kind: View) -> None:
    """Every format shows the directory that a domain led to."""
    tenant_id = "00000000-0000-4000-8000-00000000000a"
    want = facts.wanted("Northwind", 1)
    want = replace(want, place=replace(want.place, directory="northwind.example"))
    plan = facts.plan_of((want, Observed(ObservedState.NOT_LINKED, tenant_id, "oid")))
    assert tenant_id in render(kind, form, plan)
