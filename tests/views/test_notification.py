"""Notifications: five lines for the person on call, whatever a name contains."""

from datetime import UTC, datetime

import pytest

from reconciler.core.history.notification_targets import Subscriber
from reconciler.core.history.notifications import EarlierRuns, Message, events, message_for
from reconciler.core.history.run_summary import RunSummary
from reconciler.core.identities import SecretRef
from reconciler.core.links import Observed, Problem
from reconciler.core.plan import Refusal, Report, not_applied
from reconciler.core.redaction import redactor
from reconciler.core.results import Outcome, Result
from reconciler.core.text import visible
from reconciler.views.nightly.notification import body, title
from reconciler.views.nightly.one_line import render
from tests.views import facts

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
FORMS = ("text", "markdown", "html")


def notified(run_summary: RunSummary) -> Message:
    """Return the message about a first run."""
    before = EarlierRuns()
    message = message_for(
        Subscriber(SecretRef("env", "X")), run_summary, before, events(run_summary, before)
    )
    assert message is not None
    return message


def ordinary() -> RunSummary:
    return RunSummary("nightly", 4, NOW, 12.0, "run", fact=facts.ordinary_plan())


def test_it_says_what_an_on_call_person_needs() -> None:
    """Changes, current state, the three most important links, the next step, and the command."""
    run_summary = ordinary()
    message = notified(run_summary)
    assert title(message, run_summary) == "pal-reconcile: 1 newly unreadable, 4 new drift"
    lines = body(message, run_summary, "tenants.yaml", "text").splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "Changes since the last run",
        "Current state",
        "Most important",
        "Next step",
        "For details run",
    ]
    assert lines[1].startswith(
        "Current state: Plan: 1 to create, 1 to update, 1 to remove; 1 conflict,"
    )
    assert lines[2].count(";") == 2
    assert lines[4].endswith("pal-reconcile plan -c tenants.yaml --since last-night")


def test_a_run_that_failed_says_why_and_what_checks_the_file() -> None:
    """The first error, how many more there are, and the command that shows them."""
    run_summary = RunSummary(
        "nightly", 78, NOW, 1.0, complaints=("tenants.yaml:3:1: no", "and more")
    )
    lines = body(notified(run_summary), run_summary, "tenants.yaml", "text").splitlines()
    assert lines[0] == "Changes since the last run: the run failed."
    assert "tenants.yaml:3:1: no (and 1 more error)" in lines[1]
    assert lines[4] == "For details run: pal-reconcile validate -c tenants.yaml"


def test_without_a_history_changes_are_unknown() -> None:
    """Links that need attention are named all the same."""
    run_summary = ordinary()
    text = body(Message((), is_known=False), run_summary, "tenants.yaml", "text")
    assert "unknown, because the history cannot be read" in text
    assert "Wingtip" in text


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", facts.HOSTILE.values(), ids=list(facts.HOSTILE))
def test_a_hostile_name_is_only_text(name: str, form: str) -> None:
    """It adds no line, formats nothing and links nowhere, in each format."""
    plan = facts.plan_of((facts.wanted(name, 1), facts.unlinked(1)))
    run_summary = RunSummary("nightly", 2, NOW, 1.0, "run", fact=plan)
    message = notified(run_summary)
    text = body(message, run_summary, "tenants.yaml", form)
    assert len(text.splitlines()) == 5
    assert len(title(message, run_summary).splitlines()) == 1
    assert all(visible(line.strip()) == line.strip() for line in text.splitlines())
    if form != "text":
        assert "<b>" not in text
        assert "<script" not in text


def test_a_change_that_was_made_is_not_named_as_a_difference() -> None:
    """Without a history, the lines are about what is left after the changes of the run."""
    plan = facts.plan_of(
        (facts.wanted("Fabrikam", 1), facts.linked(1, facts.OLD)),
        (facts.wanted("Northwind", 2), facts.unlinked(2)),
    )
    made, failed = plan.changes
    results = (
        Result(made, Outcome.APPLIED, facts.linked(1, facts.OURS)),
        Result(
            failed,
            Outcome.FAILED,
            facts.unlinked(2),
            Problem("forbidden", "403", "ask the customer"),
        ),
    )
    run_summary = RunSummary("nightly", 4, NOW, 1.0, "run", fact=Report(plan, results))
    lines = body(Message((), is_known=False), run_summary, "tenants.yaml", "text").splitlines()
    assert lines[2].startswith("Most important: Northwind / automation: not linked")
    assert "Fabrikam" not in lines[2]
    assert lines[3] == "Next step: ask the customer"


def test_a_long_name_does_not_fill_a_pager() -> None:
    """Each line is cut and ends with an ellipsis."""
    plan = facts.plan_of(
        (facts.wanted("C" * 199, 1), facts.unlinked(1)),
        (facts.wanted("D" * 199, 2), facts.linked(2, facts.OLD)),
    )
    run_summary = RunSummary("nightly", 2, NOW, 1.0, "run", fact=plan)
    lines = body(notified(run_summary), run_summary, "tenants.yaml", "text").splitlines()
    assert max(map(len, lines)) == 300
    assert lines[2].endswith("…")


def test_a_secret_is_hidden_before_a_line_is_cut() -> None:
    """The part of a secret before the cut would not be recognized afterwards."""
    secret = "Q~correct-horse-battery-staple"
    redactor.remember(secret)
    for begins in range(240, 300):
        complaint = f"{'x' * begins} {secret}"
        run_summary = RunSummary("nightly", 1, NOW, 1.0, complaints=(complaint,))
        text = body(notified(run_summary), run_summary, "tenants.yaml", "text")
        assert secret[:4] not in text


@pytest.mark.parametrize("form", FORMS)
def test_a_refused_repair_names_every_guard_with_its_number_and_override(form: str) -> None:
    """In the message and in the line of the run, in every format."""
    guards = ("remove-share", "remove-count", "change-share", "change-count", "create-count")
    refusals = [Refusal(guard, f"{guard}: much", "1,234", "10") for guard in guards]
    report = not_applied(facts.ordinary_plan(), refusals)
    run_summary = RunSummary("nightly", 3, NOW, 12.0, "run", fact=report)
    text = body(notified(run_summary), run_summary, "tenants.yaml", form).replace("\\", "")
    assert len(text.split({"text": "\n", "markdown": "  \n", "html": "<br>\n"}[form])) == 5
    for guard in guards:
        said = f"{guard} 1,234, limit 10 (--allow {guard})"
        assert said in text
        assert said in render(run_summary, "tenants.yaml")


def test_links_with_one_cause_are_named_once() -> None:
    """Of 400 customers without the app, the first is named and the others are counted."""
    problem = Observed.unknown(facts.APP_MISSING)
    plan = facts.plan_of(*((facts.wanted(f"C{n}", n), problem) for n in range(400)))
    run_summary = RunSummary("nightly", 4, NOW, 1.0, "run", fact=plan)
    lines = body(notified(run_summary), run_summary, "tenants.yaml", "text").splitlines()
    named = "C0 / automation and 399 more: newly unreadable (app_not_in_tenant)"
    assert lines[2] == f"Most important: {named}."
    assert "Causes: 400 app_not_in_tenant." in lines[1]
    assert "Causes: 400 app_not_in_tenant." in render(run_summary, "tenants.yaml")
