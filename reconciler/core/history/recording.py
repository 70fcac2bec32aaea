"""Records of one run for the history: what it observed of each link, and what it wrote."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.core.history.customer_history import CustomerSnapshot
from reconciler.core.history.link_history import Health, Observation, Write
from reconciler.core.history.run_summary import RunSummary
from reconciler.core.links import WRITES, Action, Change, Observed
from reconciler.core.plan import Plan, Report
from reconciler.core.problems import DEADLINE, INTERRUPTED
from reconciler.core.results import CONVERGED, Outcome, Result
from reconciler.core.text import visible

NIGHTLY = "nightly"
"""The command of unattended runs."""


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """One run, as the run history shows it.

    id         as in the log and in the journal
    command    such as `plan`, `apply` or `nightly`
    at         when its reads had ended, UTC; its start, for a run known from the journal only
    status     its exit status; None for a run known from the journal only
    is_whole   whether it covered all links of the file and was not interrupted
    standings  the number of links with each health; empty for a run known from the journal only
    writes     the number of changes that it tried
    """

    id: str
    command: str
    at: datetime
    tool_version: str
    config_digest: str
    status: int | None
    is_whole: bool
    standings: Mapping[Health, int]
    writes: int = 0
    user: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """All that the history keeps of one run.

    allowed    the guards that the run overrode with --allow
    refused    the guards that refused the run's plan
    customers  the list of our customers; None if it was not read
    """

    run: RecordedRun
    observations: tuple[Observation, ...]
    writes: tuple[Write, ...] = ()
    allowed: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    customers: CustomerSnapshot | None = None


def failed_run(
    run_summary: RunSummary, run_id: str, tool_version: str, user: str, host: str
) -> RecordedRun:
    """The record of a run that ended before it read anything."""
    return RecordedRun(
        run_summary.run_id or run_id,
        run_summary.command,
        run_summary.ended_at,
        tool_version,
        "",
        int(run_summary.status),
        is_whole=False,
        standings={},
        user=user,
        host=host,
    )


_NOT_TRIED = frozenset({INTERRUPTED.code, DEADLINE.code})
"""Problems of links that were not read: they say nothing about the link."""


def observations_of_plan(plan: Plan) -> tuple[Observation, ...]:
    """The observations of a plan, without the links that an interruption left unread."""
    return tuple(
        _observation(plan.created_at, change, change.observed, change.action)
        for change in plan.changes
        if not (change.problem and change.problem.code in _NOT_TRIED)
    )


def observations_of_report(report: Report, ended_at: datetime) -> tuple[Observation, ...]:
    """The last observation of each link: of the read after a change, else of the plan."""
    before = {each.key: each for each in observations_of_plan(report.plan)}
    after = {each.key: each for each in fresh_observations(report, ended_at)}
    return tuple((before | after).values())


def fresh_observations(report: Report, ended_at: datetime) -> tuple[Observation, ...]:
    """The observations of this run, if another run made its plan."""
    return tuple(_after(result, ended_at) for result in report.results if result.after)


def writes_of(report: Report, ended_at: datetime) -> tuple[Write, ...]:
    """The changes that were tried."""
    return tuple(
        _write(result, ended_at)
        for result in report.results
        if result.outcome not in (None, Outcome.SKIPPED)
    )


def _after(result: Result, ended_at: datetime) -> Observation:
    change, after = result.change, result.after
    action = Action.NONE if result.outcome in CONVERGED else change.action
    if after and after.problem and action in WRITES:
        action = Action.UNKNOWN
    return _observation(ended_at, change, after, action)


def _observation(
    at: datetime, change: Change, seen: Observed | None, action: Action
) -> Observation:
    wanted = change.wanted
    bare = Observation(
        at, wanted.place.tenant, wanted.place.identity, action, None, wanted.partner_id
    )
    if seen is None:
        return bare
    problem = seen.problem
    return replace(
        bare,
        state=seen.state,
        tenant_id=seen.tenant_id,
        object_id=seen.object_id,
        partner_id=seen.partner_id,
        partner_name=visible(seen.partner_name) if seen.partner_name else None,
        version=seen.version,
        updated_at=seen.updated_at,
        problem=problem.code if problem else None,
        message=visible(problem.message) if problem else None,
        access=seen.access,
    )


def _write(result: Result, at: datetime) -> Write:
    change, seen = result.change, result.observed
    return Write(
        at,
        change.place.tenant,
        change.place.identity,
        change.action,
        change.observed.partner_id if change.observed else None,
        change.wanted.partner_id,
        result.outcome,
        seen.tenant_id if seen else None,
        seen.object_id if seen else None,
        result.problem.code if result.problem else None,
        result.correlation_id,
    )
