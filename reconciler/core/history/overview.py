"""Overview for the report: the current state, the changes, and the timeline of each link.

It is made from this run's reads and the history. Without a history it has the current state only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from reconciler.core.history.access_history import RecordedAccess
from reconciler.core.history.changes_since import ChangesSince, changes_since, daily_runs
from reconciler.core.history.link_history import (
    Health,
    Key,
    Observation,
    Period,
    Write,
    count_health,
    next_period,
)
from reconciler.core.history.recording import RecordedRun, observations_of_plan
from reconciler.core.links import Action, Change
from reconciler.core.plan import Plan, Report
from reconciler.core.results import CONVERGED, Result

MONTHS = timedelta(days=92)
"""The time that the report covers."""


@dataclass(frozen=True, slots=True)
class PastRuns:
    """The history before this run, from the first moment of the report on.

    since    the time that changes are counted from
    runs     all runs since the first moment, oldest first; `writes` likewise
    periods  each link's periods from the one at the first moment on, oldest first
    access   each link's access at `since`
    """

    since: datetime
    runs: tuple[RecordedRun, ...]
    periods: tuple[Period, ...]
    writes: tuple[Write, ...]
    access: Mapping[Key, RecordedAccess] = field(default_factory=dict)

    def before(self) -> dict[Key, Period]:
        """Each link's period at `since`."""
        return {
            period.observation.key: period
            for period in self.periods
            if period.first_at <= self.since
        }

    def latest(self) -> dict[Key, Period]:
        """Each link's newest period: the one observed last, also if a slower run ended later."""
        found: dict[Key, Period] = {}
        for period in self.periods:
            last = found.get(period.observation.key)
            if last is None or period.last_at >= last.last_at:
                found[period.observation.key] = period
        return found


@dataclass(frozen=True, slots=True)
class DailyHealth:
    """The number of links with each health on one date."""

    at: datetime
    standings: Mapping[Health, int]


@dataclass(frozen=True, slots=True)
class LinkTimeline:
    """The periods and writes of one link, today included, oldest first."""

    periods: tuple[Period, ...]
    writes: tuple[Write, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """What the report shows.

    plan            this run's reads, with all findings
    is_whole        whether the run was over all links of the file
    changes_since   the changes since the last run; None without a history
    compared_with   when that run had read; None if no earlier run is recorded
    written         the writes since then
    daily_health    of the last run of the whole file on each date, oldest first
    link_timelines  by link
    failure         why there is no history, in a sentence; None if there is one
    """

    plan: Plan
    is_whole: bool
    changes_since: ChangesSince | None
    written: tuple[Write, ...]
    daily_health: tuple[DailyHealth, ...]
    link_timelines: Mapping[Key, LinkTimeline]
    failure: str | None = None
    compared_with: datetime | None = None


def overview(plan: Plan, past: PastRuns | None, *, is_whole: bool, failure: str | None) -> Overview:
    """The overview of this run's reads and the history.

    failure  why `past` is None; None if it is not
    """
    observations = observations_of_plan(plan)
    today = [DailyHealth(plan.created_at, count_health(observations))] if is_whole else []
    if past is None:
        alone = {
            observation.key: LinkTimeline((next_period(None, observation),))
            for observation in observations
        }
        return Overview(plan, is_whole, None, (), tuple(today), alone, failure)
    latest = past.latest()
    return Overview(
        plan,
        is_whole,
        changes_since(past.since, past.before(), latest, observations, past.access),
        tuple(write for write in past.writes if write.at > past.since),
        _daily_health(past.runs, today),
        _link_timelines(past, latest, observations),
        failure,
        max((run.at for run in past.runs if run.standings and run.at <= past.since), default=None),
    )


def plan_after(report: Report) -> Plan:
    """The plan's links as they are after its changes: converged links are in sync."""
    return replace(
        report.plan,
        changes=tuple(map(_change_after, report.results)),
        findings=report.findings,
        interrupted=report.interrupted,
    )


def _change_after(result: Result) -> Change:
    change = replace(result.change, observed=result.observed)
    if result.outcome in CONVERGED:
        return replace(change, action=Action.NONE, reason="in sync")
    if result.after and result.after.problem:
        return replace(change, action=Action.UNKNOWN, reason=result.after.problem.message)
    return change


def _daily_health(
    runs: Sequence[RecordedRun], today: Sequence[DailyHealth]
) -> tuple[DailyHealth, ...]:
    """One for each date: the last of that date."""
    known = [DailyHealth(run.at, run.standings) for run in daily_runs(runs) if run.standings]
    by_date = {each.at.astimezone(UTC).date(): each for each in (*known, *today)}
    return tuple(by_date[date] for date in sorted(by_date))


def _link_timelines(
    past: PastRuns, latest: Mapping[Key, Period], observations: Sequence[Observation]
) -> dict[Key, LinkTimeline]:
    periods_of_link: dict[Key, list[Period]] = {}
    for period in past.periods:
        periods_of_link.setdefault(period.observation.key, []).append(period)
    writes_of_link: dict[Key, list[Write]] = {}
    for write in past.writes:
        writes_of_link.setdefault(write.key, []).append(write)
    link_timelines = {}
    for observation in observations:
        before = periods_of_link.get(observation.key, [])
        now = next_period(latest.get(observation.key), observation)
        earlier = [period for period in before if period.first_at < now.first_at]
        link_timelines[observation.key] = LinkTimeline(
            (*earlier, now), tuple(writes_of_link.get(observation.key, ()))
        )
    return link_timelines
