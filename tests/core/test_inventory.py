"""The inventory: known facts, filters and groups."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from reconciler.core.errors import WrongUsage
from reconciler.core.history.recording import observations_of_plan
from reconciler.core.inventory.filters import FIELDS, filtered, grouped, parse_filters
from reconciler.core.inventory.inventory import Known, known_of
from reconciler.core.inventory.inventory_json import inventory_data
from reconciler.core.links import Observed, ObservedState, Problem
from tests.periods import periods_of
from tests.views import facts

READ_AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
AZURES = datetime(2026, 3, 21, 0, 36, 59, 101547, tzinfo=UTC)
GONE = Problem("app_not_in_tenant", "AADSTS700016", "add it")


def known(now: Observed, before: Observed | None, days_ago: int = 0) -> Known:
    """The facts of a link from this read and an earlier one."""
    want = facts.wanted("Fabrikam", 1)
    earlier = facts.plan_of((want, before)) if before else facts.plan_of()
    observations = [
        replace(observation, at=READ_AT - timedelta(days=days_ago))
        for observation in observations_of_plan(earlier)
    ]
    latest = {observation.key: periods_of([observation])[-1] for observation in observations}
    plan = facts.plan_of((want, now))
    return known_of(plan, latest, {"automation": date(2027, 3, 1)})[want.place]


def test_a_link_dates_from_the_earliest_observation() -> None:
    """The time of Azure's last change counts, or an earlier run with the same ID."""
    here = facts.linked(1, facts.OURS)
    assert known(here, None) == Known(AZURES, READ_AT, None, date(2027, 3, 1))
    assert known(here, here, 400).linked_since == READ_AT - timedelta(days=400)
    assert known(here, here, 4).linked_since == AZURES
    assert known(here, facts.linked(1, facts.OLD), 400).linked_since == AZURES
    assert known(facts.unlinked(1), here, 400) == Known(None, READ_AT, None, date(2027, 3, 1))


def test_an_unreadable_link_shows_its_last_answer() -> None:
    """The last answer is shown apart; the state is unknown."""
    lost = known(Observed.unknown(GONE), facts.linked(1, facts.OURS), 9)
    then = READ_AT - timedelta(days=9)
    assert (lost.verified_at, lost.last_partner_id) == (then, facts.OURS)
    assert known(Observed.unknown(GONE), None) == Known(expires_on=date(2027, 3, 1))


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_an_invalid_time_from_azure_counts_as_missing(text: str) -> None:
    """No text, no missing time of .NET (year 1) and no time beyond the calendar has a date."""
    odd = Observed(ObservedState.LINKED, "t", "o", facts.OURS, updated_at=text)
    assert known(odd, None).linked_since is None
    plan = facts.plan_of((facts.wanted("Fabrikam", 1), odd))
    assert filtered(plan, parse_filters(["changed="], {})).changes == plan.changes


@pytest.mark.parametrize(
    ("condition", "tenants"),
    [
        ("partner=9999999", "Wingtip, Trey Research"),
        ("partner = old", "Fabrikam, Relecloud"),
        ("partner=", "Northwind Traders, Proseware, Lamna Healthcare"),
        ("state=unreadable", "Proseware"),
        ("state=not_read", "Lamna Healthcare"),
        ("tag=EM*", "Fabrikam"),
        (
            "tenant=*t*",
            "Northwind Traders, Tailspin Toys, Wingtip, Adatum, Lamna Healthcare, "
            "Trey Research, Margie's Travel",
        ),
        ("partner_name=litware*", "Wingtip, Trey Research"),
        ("problem!=", "Proseware"),
        ("action=held", "Relecloud"),
        ("identity!=automation", "Lamna Healthcare, Margie's Travel"),
        ("expires>=2027-03-01", "all but alice"),
        ("expires<2027-03-01", ""),
        ("verified<2026-11-01", "Proseware"),
        ("changed=2026-03-*", "all linked"),
        ("since>2026-06-01", "Proseware"),
        (f"principal={facts.guid(502)}", "Northwind Traders"),
    ],
)
def test_links_can_be_filtered_by_each_field(condition: str, tenants: str) -> None:
    """Globs for text and comparisons for dates. A missing value never matches."""
    plan = facts.inventory()
    shown = filtered(plan, parse_filters([condition], {"old": facts.OLD}))
    names = [change.place.tenant for change in shown.changes]
    if tenants == "all but alice":
        assert names == [c.place.tenant for c in plan.changes if c.place.identity != "alice"]
    elif tenants == "all linked":
        assert names == [
            c.place.tenant
            for c in plan.changes
            if c.observed and c.observed.state is ObservedState.LINKED
        ]
    else:
        assert ", ".join(names) == tenants


def test_every_condition_must_hold_and_findings_follow() -> None:
    """Findings of tenants that are not shown are left out."""
    plan = facts.inventory()
    both = filtered(plan, parse_filters(["state=linked", "partner=4936128"], {}))
    assert len(both.changes) == 3
    none = filtered(plan, parse_filters(["tenant=Wingtip"], {}))
    assert [finding for finding in none.findings if finding.tenant] == []
    assert filtered(plan, ()) is plan


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("partner", "partner is not a condition"),
        ("=x", "=x is not a condition"),
        ("state=linkd", "state: no such value linkd; the values are: linked, not_linked, "),
        ("action!=craete", "action: no such value craete; the values are: "),
        ("revenue=1", "unknown field revenue; the fields are: tenant, "),
    ],
)
def test_an_invalid_condition_is_an_error(text: str, said: str) -> None:
    """The message names the valid fields."""
    with pytest.raises(WrongUsage, match=said):
        parse_filters([text], {})


def test_customers_are_counted_by_partner() -> None:
    """The largest group is first; a link in our own tenant counts for the customers it covers."""
    plan = facts.plan_of(
        (
            facts.wanted("Contoso", 9, covers=("Adatum", "Wingtip")),
            facts.linked(9, facts.OLD, "Old"),
        ),
        (facts.wanted("Fabrikam", 1), facts.linked(1, facts.OURS, "Contoso UK")),
        (facts.wanted("Fabrikam", 1, identity="alice"), facts.linked(2, facts.OURS, "Contoso GB")),
        (facts.wanted("Northwind", 3), Observed.unknown(GONE)),
    )
    groups = grouped(plan, ["partner"])
    assert [(g.values, g.names, g.customers) for g in groups] == [
        ((facts.OURS,), ("Contoso UK", "Contoso GB"), ("Fabrikam",)),
        ((facts.OLD,), ("Old",), ("Contoso", "Adatum", "Wingtip")),
        (("",), (), ("Northwind",)),
    ]
    assert [group.count("unknown") for group in groups] == [0, 0, 1]


def test_groups_of_tags_days_and_several_fields() -> None:
    """A link with two tags is in both groups; days are grouped by month."""
    plan = facts.inventory()
    tags = {group.values: len(group.changes) for group in grouped(plan, ["tag"])}
    assert tags == {("",): 9, ("emea",): 1, ("powerapps",): 1}
    months = {group.values for group in grouped(plan, ["expires", "state"])}
    assert ("2027-03", "linked") in months
    assert ("", "not_read") in months
    for field in FIELDS:
        assert sum(len(group.changes) for group in grouped(plan, [field])) >= 10


def test_the_inventory_adds_to_the_plans_shape_and_not_to_its_digest() -> None:
    """The facts of the inventory are not part of the digest."""
    plan = facts.inventory()
    data, bare = inventory_data(plan, ["partner"]), inventory_data(facts.ordinary_plan())
    assert data["digest"] == bare["digest"]
    link = data["links"][0]
    assert link["linked_since"] == "2026-03-21T00:36:59Z"
    assert (link["verified_at"], link["expires_on"]) == ("2026-11-23T02:00:00Z", "2027-03-01")
    assert data["groups"][0]["by"] == {"partner": facts.OURS}
    assert "groups" not in bare
