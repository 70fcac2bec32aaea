"""Actions on HTML pages: who has to act, about which links."""

from dataclasses import replace

import pytest

from reconciler.core.findings import Finding
from reconciler.core.links import Observed, Problem
from reconciler.views.html.actions import (
    Actor,
    by_actor,
    drift_cards,
    finding_cards,
    problem_cards,
)
from reconciler.views.html.link_index import LinkIndex
from reconciler.views.rows import plan_rows
from tests.views import facts


def problem(code: str, hint: str = "do it") -> Problem:
    return Problem(code, f"{code} happened", hint)


@pytest.mark.parametrize(
    ("code", "hint", "actor"),
    [
        ("app_not_in_tenant", "ask them", Actor.CUSTOMER),
        ("conditional_access", "a policy of the customer", Actor.CUSTOMER),
        ("conditional_access", "your own network blocks this", Actor.US),
        ("person_needed", "sign in", Actor.PERSON),
        ("expired_client_secret", "make a new one", Actor.US),
        ("something_new", "look", Actor.US),
        ("access_none", "ask the customer to run: az role", Actor.CUSTOMER),
        ("access_none", "import your managed solutions with this account", Actor.US),
    ],
)
def test_a_code_says_who_has_to_act(code: str, hint: str, actor: Actor) -> None:
    """A code that is not known is ours."""
    plan = facts.plan_of((facts.wanted("A", 1), Observed.unknown(problem(code, hint))))
    rows = plan_rows(plan)
    (card,) = problem_cards(rows, LinkIndex(rows))
    assert card.actor is actor


def test_equal_causes_are_one_card_with_all_its_links() -> None:
    """The card names the first customers and counts the others."""
    rows = plan_rows(facts.many_plan(400, 3))
    (card,) = problem_cards(rows, LinkIndex(rows))
    assert (card.count, len(card.rows), len(card.names), card.left_out) == (400, 400, 8, 392)
    assert card.hint == facts.SECRET_EXPIRED.hint
    (drift,) = drift_cards(rows)
    assert (drift.count, drift.message) == (3, "3 to update")


@pytest.mark.parametrize(
    ("tenant", "identity", "links"),
    [
        ("A", None, {("A", "automation"), ("A", "alice")}),
        ("A", "alice", {("A", "alice")}),
        (None, "automation", {("A", "automation"), ("B", "automation")}),
        (None, None, set()),
        ("C", None, set()),
    ],
)
def test_a_finding_leads_to_the_links_that_it_is_about(
    tenant: str | None, identity: str | None, links: set[tuple[str, str]]
) -> None:
    """Of a customer, of an identity, or of neither."""
    plan = facts.plan_of(
        (facts.wanted("A", 1), facts.linked(1, facts.OURS)),
        (facts.wanted("A", 1, identity="alice"), facts.linked(1, facts.OURS)),
        (facts.wanted("B", 2), facts.linked(2, facts.OURS)),
    )
    finding = Finding("odd", "it is odd", "look", tenant, identity)
    (card,) = finding_cards([finding], LinkIndex(plan_rows(plan)))
    assert card.rows == links


def test_customers_that_the_file_lacks_are_listed_on_their_card() -> None:
    """They are no rows of the table, so the card has each of them."""
    findings = [
        Finding("customer_not_listed", f"C{n} is a customer", "add it", f"C{n}") for n in range(30)
    ]
    (card,) = finding_cards(findings, LinkIndex([]))
    assert card.others == tuple(f"C{n} is a customer" for n in range(30))


def test_each_link_has_its_own_finding_where_they_differ() -> None:
    """A shared message is on the card alone."""
    rows = plan_rows(facts.in_sync_plan())
    ends = [
        Finding("gdap_ends", f"ends on day {n}", "renew", f"Customer {n}", tenant_id=facts.guid(n))
        for n in (1, 2)
    ]
    (card,) = finding_cards(ends, LinkIndex(rows))
    assert dict(card.own)["Customer 2", "automation"] == "ends on day 2"
    (card,) = finding_cards([replace(each, message="ends") for each in ends], LinkIndex(rows))
    assert card.own == ()


def test_problems_come_before_findings_and_the_most_links_first() -> None:
    """Within each actor."""
    rows = plan_rows(facts.ordinary_plan())
    index = LinkIndex(rows)
    findings = [Finding("odd", "odd", "look", "Fabrikam") for _ in range(9)]
    groups = by_actor([*finding_cards(findings, index), *problem_cards(rows, index)])
    assert [(group.actor, [card.label for card in group.cards]) for group in groups] == [
        (Actor.US, ["conflict", "finding"]),
        (Actor.CUSTOMER, ["unreadable"]),
    ]


def test_equal_findings_of_many_customers_are_one_card() -> None:
    """Their commands differ in GUIDs only; the details of each row have the customer's own."""
    rows = plan_rows(facts.in_sync_plan())
    ask = "ask the customer to run: az role assignment create --assignee-object-id"
    findings = [
        Finding(
            "access_none",
            f"Reader on {n} of {n} subscriptions",
            f"{ask} {facts.guid(500 + n)} --scope /subscriptions/{facts.guid(700 + n)}",
            f"Customer {n}",
            "automation",
            facts.guid(n),
        )
        for n in (1, 2, 3)
    ]
    (card,) = finding_cards(findings, LinkIndex(rows))
    assert card.hint == (
        f"{ask} OBJECT_ID --scope /subscriptions/SUBSCRIPTION_ID. "
        "The details of each row have the customer's own values"
    )
    assert dict(card.own)["Customer 2", "automation"] == (
        f"Reader on 2 of 2 subscriptions; {findings[1].hint}"
    )


def test_hundreds_of_different_causes_share_a_card_for_each_code() -> None:
    """The largest have their own; the details of each row have its message and remedy."""
    seen = [Observed.unknown(Problem("odd", f"oddity {n}", f"ask {n}")) for n in range(200)]
    plan = facts.plan_of(*((facts.wanted(f"C{n}", n), each) for n, each in enumerate(seen)))
    rows = plan_rows(plan)
    *single, joined = problem_cards(rows, LinkIndex(rows))
    assert (len(single), joined.count, len(joined.rows)) == (50, 150, 150)
    assert joined.message == "150 different messages"
