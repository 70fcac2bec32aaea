"""Customers in the headline and by tag: whom it counts, and who is correctly linked."""

from dataclasses import replace

import pytest

from reconciler.core.history.link_history import health
from reconciler.core.inventory.customer_totals import CustomerTotals, customer_totals, percent
from reconciler.core.links import Action, Observed, Settled, WantedState
from reconciler.core.plan import Plan
from reconciler.views.html.badges import health as badge_of
from reconciler.views.html.headline import headline
from reconciler.views.html.scope import scope_of
from reconciler.views.html.tags import tag_tables
from reconciler.views.rows import plan_rows
from tests.views import facts

HELD = Settled(Action.HELD, "held until 2026-12-31")


def alice(number: int, partner_id: str) -> Observed:
    return replace(facts.linked(number, partner_id), object_id=facts.guid(number + 900))


def totals(plan: Plan) -> CustomerTotals:
    return customer_totals(plan.changes, lambda change: health(change.action))


def test_a_customer_is_correct_if_all_its_links_are() -> None:
    """One link that differs or cannot be read is enough; a held link is not counted."""
    plan = facts.plan_of(
        (facts.wanted("A", 1), facts.linked(1, facts.OURS)),
        (facts.wanted("A", 1, identity="alice"), alice(1, facts.OURS)),
        (facts.wanted("B", 2), facts.linked(2, facts.OURS)),
        (facts.wanted("B", 2, identity="alice"), Observed.unknown(facts.APP_MISSING)),
        (facts.wanted("C", 3), facts.unlinked(3)),
        (facts.wanted("D", 4), facts.linked(4, facts.OURS)),
        (facts.wanted("D", 4, identity="alice", settled=HELD), alice(4, facts.OLD)),
        (facts.wanted("E", 5, settled=HELD), facts.linked(5, facts.OURS)),
        (facts.wanted("F", 6, aim=WantedState.ABSENT), facts.unlinked(6)),
    )
    assert totals(plan) == CustomerTotals(wanted=4, correct=2, left_alone=1, unwanted=1)
    assert headline(facts.overview_of(plan), plan_rows(plan)).not_counted == (
        "Not counted: 1 customer that is held, attested or unmanaged; "
        "1 customer for which the file wants no link."
    )


def test_a_covering_link_counts_for_each_customer_that_it_covers() -> None:
    """The partner's own tenant is no customer."""
    covers = ("Fabrikam", "Northwind")
    plan = facts.plan_of((facts.wanted("Us", 1, covers=covers), facts.linked(1, facts.OURS)))
    assert totals(plan) == CustomerTotals(wanted=2, correct=2)
    assert scope_of(plan).customers == "2 customers"


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(0, 0, 0), (999, 1000, 99), (1000, 1000, 100), (2, 3, 66)]
)
def test_a_share_is_never_rounded_up(part: int, whole: int, expected: int) -> None:
    """100 % means all."""
    assert percent(part, whole) == expected


def test_the_trend_compares_the_same_customers() -> None:
    """The run of 30 days ago, or the first one; none without an earlier run."""
    good, bad = (
        facts.plan_of(
            (facts.wanted("A", 1), facts.linked(1, facts.OURS)),
            (facts.wanted("B", 2), seen),
        )
        for seen in (facts.linked(2, facts.OURS), facts.unlinked(2))
    )
    plans = [bad] * 3 + [good] * 40
    overview = facts.overview_of(*plans)
    trend = headline(overview, plan_rows(overview.plan)).trend
    assert trend is not None
    assert (trend.before, trend.now, trend.symbol) == (100, 100, "●")
    overview = facts.overview_of(*plans[:10])
    trend = headline(overview, plan_rows(overview.plan)).trend
    assert trend is not None
    assert (trend.before, trend.now, trend.symbol, trend.tone) == (50, 100, "▲", "good")
    alone = facts.overview_of(good)
    assert headline(alone, plan_rows(alone.plan)).trend is None


def test_a_tag_with_a_key_is_in_the_table_of_its_key() -> None:
    """`region:emea` is Emea's row of the table Region; other tags are in Tags."""
    plan = facts.plan_of(
        (facts.wanted("A", 1, tags=("region:emea", "gold")), facts.linked(1, facts.OURS)),
        (facts.wanted("B", 2, tags=("region:emea",)), facts.unlinked(2)),
        (facts.wanted("C", 3, tags=("region:apac", "gold")), facts.linked(3, facts.OURS)),
    )
    tables = tag_tables((row, badge_of(row)) for row in plan_rows(plan))
    found = {
        table.heading: [(each.label, each.customers, each.percent) for each in table.totals]
        for table in tables
    }
    assert found == {
        "Tags": [("gold", 2, 100)],
        "Region": [("emea", 2, 50), ("apac", 1, 100)],
    }
