"""What the report tells: today, what is new, the nights and each link's course."""

from dataclasses import replace
from datetime import date, timedelta

from reconciler.core.history import Standing
from reconciler.core.links import Action
from reconciler.core.news import Word, unreadable_findings
from reconciler.core.overview import as_it_is, overview
from reconciler.core.plan import not_applied
from tests.core.worlds import OLD, OURS, linked, plan, unknown, unlinked, wanted
from tests.views import facts


def test_without_a_history_there_is_today() -> None:
    """And why there is no more; nothing is called new."""
    found = overview(facts.ordinary_plan(), None, is_whole=True, trouble="disk full")
    assert (found.news, len(found.nights), found.trouble) == (None, 1, "disk full")
    assert {len(course.periods) for course in found.courses.values()} == {1}


def test_a_selection_is_no_night() -> None:
    """Its counts would stand in the chart as if the other links were gone."""
    assert overview(facts.ordinary_plan(), None, is_whole=False, trouble=None).nights == ()


def test_a_month_is_told_night_by_night() -> None:
    """One point a date, today the last; what is new counts from last night."""
    month = facts.month()
    days = [night.at.date() for night in month.nights]
    assert days == [date(2026, 10, 25) + timedelta(days=n) for n in range(30)]
    bad = {
        night.at.date().isoformat(): night.standings[Standing.UNREADABLE] for night in month.nights
    }
    assert bad["2026-11-12"] == 7
    words = {item.sight.tenant: item.word for item in month.news.items} if month.news else {}
    assert words["Fabrikam"] is Word.NEW_DRIFT
    assert words["Proseware"] is Word.STILL_UNREADABLE
    assert words["Adatum"] is Word.RECOVERED
    assert [write.tenant for write in month.written] == ["Adatum"]
    fabrikam = month.courses["Fabrikam", "automation"].periods
    assert [period.sight.partner_id for period in fabrikam] == [OURS, OLD, OURS, OLD]


def test_telling_it_after_the_run_was_recorded_is_the_same() -> None:
    """`nightly` records first, `report` tells first."""
    today = plan((wanted(), unknown()))
    yesterday = replace(today, created_at=today.created_at - timedelta(days=1))
    before = facts.past_of(yesterday)
    after = facts.past_of(yesterday, today)
    after = replace(after, since=before.since, before=before.before)
    told = [overview(today, past, is_whole=True, trouble=None) for past in (before, after)]
    assert told[0].courses == told[1].courses
    assert [night.at for night in told[0].nights] == [night.at for night in told[1].nights]
    assert told[0].news == told[1].news


def test_a_link_is_lost_from_its_second_night_on() -> None:
    """One bad night is the plan's own affair."""
    today = plan((wanted(), unknown()), (wanted(number=2), linked(OURS, 2)))
    sights = facts.sights_of_plan(today)

    def found(days: int) -> list[str]:
        earlier = replace(today, created_at=today.created_at - timedelta(days=days))
        return [one.message for one in unreadable_findings(facts.past_of(earlier).latest, sights)]

    assert found(0) == []
    assert [message.split(",")[0] for message in found(2)] == ["unreadable for 3 nights"]


def test_after_a_repair_what_converged_differs_no_longer() -> None:
    """What failed still does, and nothing that was refused is called done."""
    report = facts.report_of(facts.busy_plan())
    done = {result.change.place for result in report.results if result.outcome == "applied"}
    now = {change.place: change.action for change in as_it_is(report).changes}
    assert {now[place] for place in done} == {Action.NONE}
    assert Action.UPDATE in now.values()
    refused = plan((wanted(), unlinked()))
    assert as_it_is(not_applied(refused)).changes == refused.changes
