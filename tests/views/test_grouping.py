"""Groups of equal causes: what counts as equal, and what a group says."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.access.sentences import Principal, commands
from reconciler.core.findings import Finding
from reconciler.core.links import App, Observed, Place, Problem
from reconciler.core.text import visible
from reconciler.views.formats import Format, View
from reconciler.views.grouping import group_findings, group_rows, shared_cause
from reconciler.views.registry import render
from reconciler.views.rows import Cause, plan_rows
from reconciler.views.terminal.layout import Page
from reconciler.views.terminal.plan import MANY_CHANGES, render_plan
from tests.views import facts

APP = "6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11"


def app_missing(number: int) -> Observed:
    """Return Entra's answer for a tenant without the app, which names the tenant twice."""
    tenant = facts.guid(number)
    return Observed.unknown(
        Problem(
            "app_not_in_tenant",
            f"AADSTS700016: the application {APP} was not found in the directory '{tenant}'.",
            f"add the app to {tenant}: (1) az ad sp create --id {APP}; (2) or open "
            f"https://login.microsoftonline.com/{tenant}/adminconsent?client_id={APP}",
        )
    )


def test_causes_that_differ_in_the_customers_own_names_are_one_group() -> None:
    """One block with one remedy, in which TENANT stands for each customer's own tenant."""
    plan = facts.plan_of(
        *((facts.wanted(f"Customer {n}", n), app_missing(n)) for n in range(1, 301))
    )
    (group,) = group_rows(plan_rows(plan))
    assert len(group.entries) == 300
    assert group.cause.message.endswith("not found in the directory 'TENANT'.")
    assert "microsoftonline.com/TENANT/adminconsent" in group.cause.hint
    assert "pal-reconcile doctor --format csv" in group.cause.hint
    for form in (Format.TABLE, Format.MARKDOWN):
        text = render(View.PLAN, form, plan).replace("\\", "")
        assert text.count("app_not_in_tenant") == 1
        assert text.count("adminconsent") == 1
        assert len(text.splitlines()) < 20


def test_one_customer_keeps_its_own_names() -> None:
    """A single cause is shown as Azure and Entra gave it."""
    (group,) = group_rows(plan_rows(facts.plan_of((facts.wanted("Fabrikam", 1), app_missing(1)))))
    assert facts.guid(1) in group.cause.message
    assert "TENANT" not in group.cause.hint


def test_a_saved_plan_without_the_guid_of_a_domain_is_grouped_too() -> None:
    """Links that could not be read have no directory there; no text is replaced by `TENANT`."""
    pairs = [
        (
            facts.wanted(name, number),
            Observed.unknown(
                Problem("person_needed", "MFA", f"pal-reconcile login alice --tenant {name}")
            ),
        )
        for number, name in enumerate(("Fabrikam", "Northwind"))
    ]
    nowhere = [
        (replace(want, place=replace(want.place, directory="")), seen) for want, seen in pairs
    ]
    (group,) = group_rows(plan_rows(facts.plan_of(*nowhere)))
    assert (group.cause.message, group.cause.hint) == ("MFA", "pal-reconcile login alice")


def test_a_command_for_one_customer_becomes_the_command_for_all() -> None:
    """`login alice --tenant NAME` of thirty customers is `login alice`."""
    cause = Cause("unreadable", "person_needed", "m", "run login alice --tenant 'C 2', then apply")
    shared = shared_cause(cause, Place("C 2", facts.guid(2), "alice"), None)
    assert shared.hint == "run login alice, then apply"


def test_the_apps_of_customers_do_not_split_a_group() -> None:
    """With `client_id: per_tenant` each customer has its own app."""
    place = Place("C", facts.guid(1), "app", app=App(APP, "c"))
    shared = shared_cause(Cause("unreadable", "x", APP, f"--id {APP}"), place, None)
    assert (shared.message, shared.hint) == ("CLIENT_ID", "--id CLIENT_ID")


def test_two_causes_are_two_groups() -> None:
    """Another remedy is another block."""
    other = Observed.unknown(Problem("app_not_in_tenant", "gone", "ask the customer"))
    plan = facts.plan_of(
        (facts.wanted("A", 1), app_missing(1)),
        (facts.wanted("B", 2), other),
        (facts.wanted("C", 3), app_missing(3)),
    )
    assert [len(group.entries) for group in group_rows(plan_rows(plan))] == [2, 1]


@given(st.integers(0, 3 * MANY_CHANGES), st.integers(0, 3 * MANY_CHANGES))
def test_every_link_is_in_the_full_table(unread: int, changed: int) -> None:
    """`--full` names each link, and the short table stays short."""
    plan = facts.plan_of(
        *((facts.wanted(f"<{n}>", n), app_missing(n)) for n in range(unread)),
        *((facts.wanted(f"<{n}>", n), facts.unlinked(n)) for n in range(unread, unread + changed)),
    )
    full = render_plan(plan, Page(100, is_full=True))
    assert all(full.count(visible(f"<{n}>")) == 1 for n in range(unread + changed))
    assert len(render_plan(plan, Page(100)).splitlines()) < MANY_CHANGES + 40


def test_many_equal_changes_are_one_line() -> None:
    """A first plan of 1,500 customers does not fill fifty screens."""
    plan = facts.plan_of(*((facts.wanted(f"C{n}", n), facts.unlinked(n)) for n in range(1500)))
    text = render_plan(plan, Page(80))
    assert "  +  1500 to create: not linked → 4936128\n" in text
    assert "C19 and 1480 more (--full lists all)" in " ".join(text.split())
    assert len(text.splitlines()) < 12
    assert len(render_plan(plan, Page(80, is_full=True)).splitlines()) > 1500


def test_findings_that_differ_in_the_tenant_are_one_group() -> None:
    """A command to ask each customer for is shown once."""
    findings = [
        Finding("access_none", "no role", f"run az x --tenant {facts.guid(n)}", f"C{n}")
        for n in range(9)
    ]
    known = [replace(one, tenant_id=facts.guid(n)) for n, one in enumerate(findings)]
    (group,) = group_findings(known)
    assert group.cause.hint == (
        "run az x --tenant TENANT (for each customer's own values: --format json)"
    )


def test_one_request_for_a_role_is_one_group() -> None:
    """The exact commands differ in principal and subscriptions, and in how many there are."""
    findings = []
    for n in range(1, 9):
        request = commands(
            Principal(facts.guid(n), facts.guid(n + 500), is_app=True),
            [facts.guid(number) for number in range(n)],
        )
        hint = f"ask the customer to run: {request}"
        findings.append(Finding("access_none", "no role", hint, f"C{n}", None, facts.guid(n)))
    (group,) = group_findings(findings)
    assert group.cause.hint.startswith(
        "ask the customer to run: az role assignment create --assignee-object-id OBJECT_ID "
    )
    assert group.cause.hint.endswith(
        "--scope /subscriptions/SUBSCRIPTION_ID (for each customer's own values: --format json)"
    )


def test_several_conflicts_are_a_plural() -> None:
    """The count of a group reads as in the summary."""
    pairs = [(facts.wanted(f"C{n}", n), facts.linked(n, facts.FOREIGN)) for n in (1, 2)]
    for form, text in ((Format.TABLE, "  !  2 conflicts: "), (Format.MARKDOWN, "**2 conflicts**")):
        assert text in render(View.INVENTORY, form, facts.plan_of(*pairs))
