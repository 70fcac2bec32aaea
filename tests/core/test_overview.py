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


def test_without_a_history_there_is_today() -> None:
    """It has the current state and the reason, and no changes."""
    found = overview(facts.ordinary_plan(), None, is_whole=True, failure="disk full")
    assert (found.changes_since, len(found.daily_health), found.failure) == (None, 1, "disk full")
    assert {len(link_timeline.periods) for link_timeline in found.link_timelines.values()} == {1}


def test_a_selection_is_no_night() -> None:
    """Its counts are not in the chart, because the other links are missing."""
    assert overview(facts.ordinary_plan(), None, is_whole=False, failure=None).daily_health == ()


def test_a_month_is_told_night_by_night() -> None:
    """Each date has one point, today is the last; changes count from the last run."""
    month = facts.month()
    days = [night.at.date() for night in month.daily_health]
    assert days == [date(2026, 10, 25) + timedelta(days=n) for n in range(30)]
    bad = {
        night.at.date().isoformat(): night.standings[Health.UNREADABLE]
        for night in month.daily_health
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


def test_telling_it_after_the_run_was_recorded_is_the_same() -> None:
    """The result is the same before and after the run is recorded."""
    today = plan((wanted(), unknown()))
    yesterday = replace(today, created_at=today.created_at - timedelta(days=1))
    before = facts.past_of(yesterday)
    after = facts.past_of(yesterday, today)
    after = replace(after, since=before.since, before=before.before)
    told = [overview(today, past, is_whole=True, failure=None) for past in (before, after)]
    assert told[0].link_timelines == told[1].link_timelines
    assert [night.at for night in told[0].daily_health] == [
        night.at for night in told[1].daily_health
    ]
    assert told[0].changes_since == told[1].changes_since


def test_a_link_is_lost_from_its_second_night_on() -> None:
    """One day of failure is no finding."""
    today = plan((wanted(), unknown()), (wanted(number=2), linked(OURS, 2)))
    observations = facts.observations_of_plan(today)

    def found(days: int) -> list[str]:
        earlier = replace(today, created_at=today.created_at - timedelta(days=days))
        return [
            one.message for one in unreadable_findings(facts.past_of(earlier).latest, observations)
        ]

    assert found(0) == []
    assert [message.split(",")[0] for message in found(2)] == ["unreadable for 3 days"]


def test_after_a_repair_what_converged_differs_no_longer() -> None:
    """A failed change still differs, and a refused one is not in sync."""
    report = facts.report_of(facts.busy_plan())
    done = {result.change.place for result in report.results if result.outcome == "applied"}
    now = {change.place: change.action for change in plan_after(report).changes}
    assert {now[place] for place in done} == {Action.NONE}
    assert Action.UPDATE in now.values()
    refused = plan((wanted(), unlinked()))
    assert plan_after(not_applied(refused)).changes == refused.changes
