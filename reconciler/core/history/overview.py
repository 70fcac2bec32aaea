"""How do things stand today, how did they come to, and what is new? All that the report tells.

Made from what was just read and what the history knew before it. Without a history there is today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from reconciler.core.history.changes_since import ChangesSince, changes_since, nightly
from reconciler.core.history.link_history import (
    Health,
    Key,
    Observation,
    Period,
    Write,
    count_health,
    follow,
)
from reconciler.core.history.recording import RecordedRun, observations_of_plan
from reconciler.core.links import Action, Change
from reconciler.core.plan import Plan, Report
from reconciler.core.results import CONVERGED, Result

MONTHS = timedelta(days=92)
"""How far back the report looks."""


@dataclass(frozen=True, slots=True)
class PastRuns:
    """What the history knew before today's reads, from a first moment on.

    since    the moment that the news is counted from
    runs     all since the first moment, oldest first; likewise `periods` and `writes`
    first    each link's period at the first moment
    before   each link's period at `since`
    latest   each link's newest period
    periods  those that began after the first moment
    """

    since: datetime
    runs: tuple[RecordedRun, ...]
    first: Mapping[Key, Period]
    before: Mapping[Key, Period]
    latest: Mapping[Key, Period]
    periods: tuple[Period, ...]
    writes: tuple[Write, ...]


@dataclass(frozen=True, slots=True)
class DailyHealth:
    """How many links stood how on one date."""

    at: datetime
    standings: Mapping[Health, int]


@dataclass(frozen=True, slots=True)
class LinkTimeline:
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
    changes_since: ChangesSince | None
    written: tuple[Write, ...]
    nights: tuple[DailyHealth, ...]
    link_timelines: Mapping[Key, LinkTimeline]
    failure: str | None = None


def overview(plan: Plan, past: PastRuns | None, *, is_whole: bool, failure: str | None) -> Overview:
    """Put today and the past together."""
    observations = observations_of_plan(plan)
    today = [DailyHealth(plan.created_at, count_health(observations))] if is_whole else []
    if past is None:
        alone = {
            observation.key: LinkTimeline((follow(None, observation),))
            for observation in observations
        }
        return Overview(plan, is_whole, None, (), tuple(today), alone, failure)
    return Overview(
        plan,
        is_whole,
        changes_since(past.since, past.before, past.latest, observations),
        tuple(write for write in past.writes if write.at > past.since),
        _nights(past.runs, today),
        _link_timelines(past, observations),
        failure,
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


def _nights(runs: Sequence[RecordedRun], today: Sequence[DailyHealth]) -> tuple[DailyHealth, ...]:
    """One a date: the last of each."""
    known = [DailyHealth(run.at, run.standings) for run in nightly(runs) if run.standings]
    by_date = {night.at.astimezone(UTC).date(): night for night in (*known, *today)}
    return tuple(by_date[date] for date in sorted(by_date))


def _link_timelines(past: PastRuns, observations: Sequence[Observation]) -> dict[Key, LinkTimeline]:
    lived: dict[Key, list[Period]] = {key: [period] for key, period in past.first.items()}
    for period in past.periods:
        lived.setdefault(period.observation.key, []).append(period)
    written: dict[Key, list[Write]] = {}
    for write in past.writes:
        written.setdefault(write.key, []).append(write)
    link_timelines = {}
    for observation in observations:
        before = lived.get(observation.key, [])
        now = follow(past.latest.get(observation.key), observation)
        earlier = [period for period in before if period.first_at < now.first_at]
        link_timelines[observation.key] = LinkTimeline(
            (*earlier, now), tuple(written.get(observation.key, ()))
        )
    return link_timelines
