"""How do things stand today, how did they come to, and what is new? All that the report tells.

Made from what was just read and what the history knew before it. Without a history there is today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from reconciler.core.history import (
    Key,
    Period,
    Run,
    Sight,
    Standing,
    Write,
    count_standings,
    follow,
    sights_of_plan,
)
from reconciler.core.links import Action, Change
from reconciler.core.news import News, news, nightly
from reconciler.core.plan import Plan, Report
from reconciler.core.results import CONVERGED, Result

MONTHS = timedelta(days=92)
"""How far back the report looks."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the history knew before today's reads, from a first moment on.

    since    the moment that the news is counted from
    runs     all since the first moment, oldest first; likewise `periods` and `writes`
    first    each link's period at the first moment
    before   each link's period at `since`
    latest   each link's newest period
    periods  those that began after the first moment
    """

    since: datetime
    runs: tuple[Run, ...]
    first: Mapping[Key, Period]
    before: Mapping[Key, Period]
    latest: Mapping[Key, Period]
    periods: tuple[Period, ...]
    writes: tuple[Write, ...]


@dataclass(frozen=True, slots=True)
class Night:
    """How many links stood how on one date."""

    at: datetime
    standings: Mapping[Standing, int]


@dataclass(frozen=True, slots=True)
class Course:
    """What is known of one link, today included, oldest first."""

    periods: tuple[Period, ...]
    writes: tuple[Write, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """What the report shows.

    plan      today's reads, with all findings
    is_whole  whether they were over all links of the file
    news      since the moment that was asked for; None without a history
    written   what was written since that moment
    nights    the last whole run of each date, oldest first, today included where it is whole
    courses   by link
    trouble   why there is no history, in a sentence; None where there is one
    """

    plan: Plan
    is_whole: bool
    news: News | None
    written: tuple[Write, ...]
    nights: tuple[Night, ...]
    courses: Mapping[Key, Course]
    trouble: str | None = None


def overview(plan: Plan, past: Past | None, *, is_whole: bool, trouble: str | None) -> Overview:
    """Put today and the past together."""
    sights = sights_of_plan(plan)
    today = [Night(plan.created_at, count_standings(sights))] if is_whole else []
    if past is None:
        alone = {sight.key: Course((follow(None, sight),)) for sight in sights}
        return Overview(plan, is_whole, None, (), tuple(today), alone, trouble)
    return Overview(
        plan,
        is_whole,
        news(past.since, past.before, past.latest, sights),
        tuple(write for write in past.writes if write.at > past.since),
        _nights(past.runs, today),
        _courses(past, sights),
        trouble,
    )


def as_it_is(report: Report) -> Plan:
    """The plan's links as they are after its changes: what converged differs no longer."""
    return replace(
        report.plan,
        changes=tuple(map(_as_it_is, report.results)),
        findings=report.findings,
        interrupted=report.interrupted,
    )


def _as_it_is(result: Result) -> Change:
    change = replace(result.change, observed=result.observed)
    if result.outcome in CONVERGED:
        return replace(change, action=Action.NONE, reason="in sync")
    if result.after and result.after.problem:
        return replace(change, action=Action.UNKNOWN, reason=result.after.problem.message)
    return change


def _nights(runs: Sequence[Run], today: Sequence[Night]) -> tuple[Night, ...]:
    """One a date: the last of each."""
    known = [Night(run.at, run.standings) for run in nightly(runs) if run.standings]
    by_date = {night.at.astimezone(UTC).date(): night for night in (*known, *today)}
    return tuple(by_date[date] for date in sorted(by_date))


def _courses(past: Past, sights: Sequence[Sight]) -> dict[Key, Course]:
    lived: dict[Key, list[Period]] = {key: [period] for key, period in past.first.items()}
    for period in past.periods:
        lived.setdefault(period.sight.key, []).append(period)
    written: dict[Key, list[Write]] = {}
    for write in past.writes:
        written.setdefault(write.key, []).append(write)
    courses = {}
    for sight in sights:
        before = lived.get(sight.key, [])
        now = follow(past.latest.get(sight.key), sight)
        earlier = [period for period in before if period.first_at < now.first_at]
        courses[sight.key] = Course((*earlier, now), tuple(written.get(sight.key, ())))
    return courses
