"""The overview has the current state, the changes, the chart and the timelines."""

from dataclasses import replace
from datetime import date, timedelta

from reconciler.core.history.changes_since import ChangeKind, unreadable_findings
from reconciler.core.history.link_history import Health
from reconciler.core.history.overview import overview, plan_after
from reconciler.core.links import Action
from reconciler.core.plan import not_applied
from tests.core.worlds import OLD, OURS, linked, plan, unknown, unlinked, wanted
from tests.views import facts


def test_without_a_history_the_overview_has_the_current_state() -> None:
    """It has the reason and no changes."""
    found = overview(facts.ordinary_plan(), None, is_whole=True, failure="disk full")
    assert (found.changes_since, len(found.daily_health), found.failure) == (None, 1, "disk full")
    assert {len(link_timeline.periods) for link_timeline in found.link_timelines.values()} == {1}


def test_a_run_of_a_selection_is_not_in_the_chart() -> None:
    """The other links are missing from its counts."""
    assert overview(facts.ordinary_plan(), None, is_whole=False, failure=None).daily_health == ()


def test_the_chart_of_a_month_has_one_point_for_each_date() -> None:
    """Today is the last point. Changes count from the last run."""
    month = facts.month()
    days = [point.at.date() for point in month.daily_health]
    assert days == [date(2026, 10, 25) + timedelta(days=n) for n in range(30)]
    bad = {
        point.at.date().isoformat(): point.standings[Health.UNREADABLE]
        for point in month.daily_health
    }
    assert bad["2026-11-12"] == 7
    words = (
        {item.observation.tenant: item.kind for item in month.changes_since.items}
        if month.changes_since
        else {}
    )
    assert words["Fabrikam"] is ChangeKind.NEW_DRIFT
    assert words["Proseware"] is ChangeKind.STILL_UNREADABLE
    assert words["Adatum"] is ChangeKind.RECOVERED
    assert [write.tenant for write in month.written] == ["Adatum"]
    fabrikam = month.link_timelines["Fabrikam", "automation"].periods
    assert [period.observation.partner_id for period in fabrikam] == [OURS, OLD, OURS, OLD]


def test_the_overview_is_the_same_after_the_run_is_recorded() -> None:
    """The result is the same before and after the run is recorded."""
    today = plan((wanted(), unknown()))
    yesterday = replace(today, created_at=today.created_at - timedelta(days=1))
    before = facts.past_of(yesterday)
    after = facts.past_of(yesterday, today)
    after = replace(after, since=before.since)
    overviews = [overview(today, past, is_whole=True, failure=None) for past in (before, after)]
    assert overviews[0].link_timelines == overviews[1].link_timelines
    assert [point.at for point in overviews[0].daily_health] == [
        point.at for point in overviews[1].daily_health
    ]
    assert overviews[0].changes_since == overviews[1].changes_since


def test_a_link_is_lost_from_the_second_day_on() -> None:
    """One day of failure is no finding."""
    today = plan((wanted(), unknown()), (wanted(number=2), linked(OURS, 2)))
    observations = facts.observations_of_plan(today)

    def found(days: int) -> list[str]:
        earlier = replace(today, created_at=today.created_at - timedelta(days=days))
        return [
            one.message
            for one in unreadable_findings(facts.past_of(earlier).latest(), observations)
        ]

    assert found(0) == []
    assert [message.split(",")[0] for message in found(2)] == ["unreadable for 3 days"]


def test_after_an_apply_converged_links_are_in_sync() -> None:
    """A failed change still differs, and a refused one is not in sync."""
    report = facts.report_of(facts.busy_plan())
    done = {result.change.place for result in report.results if result.outcome == "applied"}
    now = {change.place: change.action for change in plan_after(report).changes}
    assert {now[place] for place in done} == {Action.NONE}
    assert Action.UPDATE in now.values()
    refused = plan((wanted(), unlinked()))
    assert plan_after(not_applied(refused)).changes == refused.changes
