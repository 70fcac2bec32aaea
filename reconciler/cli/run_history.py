"""History of runs: records a run, and reads what earlier runs recorded.

The history is optional. If it cannot be used, the run warns and continues with the same status.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from reconciler.cli import state
from reconciler.cli.output import note
from reconciler.cli.selection import now
from reconciler.core.errors import RunFailed
from reconciler.core.plan import Plan, Report
from reconciler.version import __version__

if TYPE_CHECKING:
    from reconciler.cli.command_line.options import Options
    from reconciler.cli.run import Run
    from reconciler.core.history.customer_history import CustomerEvent, KnownCustomer
    from reconciler.core.history.link_history import HistorySource, Key, Period
    from reconciler.core.history.notifications import EarlierRuns
    from reconciler.core.history.overview import PastRuns
    from reconciler.core.history.recording import Recording
    from reconciler.core.history.run_summary import RunSummary
    from reconciler.core.inventory.inventory import Inventory
    from reconciler.core.plan_review import PlanReview


ReviewedT = TypeVar("ReviewedT", bound="PlanReview | Inventory")


def record_run(run: Run, run_summary: RunSummary, *, is_fresh: bool) -> None:
    """Record what a run read and wrote. Raises `RunFailed` if the history cannot be used.

    is_fresh  whether the run made its plan itself; False for a saved plan
    """
    if run_summary.fact is None or (is_fresh and run_summary.plan and run_summary.plan.for_day):
        return  # nothing was read, or it was compared with a future day
    try:
        with closing(state.open_history_of(run)) as history:
            history.record(_recording(run, run_summary, run_summary.fact, is_fresh))
    except Exception as error:
        raise RunFailed(f"this run is not in the history: {error}") from None


def record_failure(
    options: Options, source: HistorySource, cloud: str, run_summary: RunSummary, run_id: str
) -> None:
    """Record that a run ended without a result, for the next run to compare with.

    source  where the history is, as far as the file could be read
    run_id  the run's ID in the history if it never began to read

    Raises `RunFailed` if the history cannot be used.
    """
    from reconciler.core.history.recording import Recording, failed_run
    from reconciler.store.machine import host, user

    run = failed_run(run_summary, run_id, __version__, user(), host())
    try:
        with closing(state.open_history(options, source, cloud)) as history:
            history.record(Recording(run, ()))
    except Exception as error:
        raise RunFailed(f"this run is not in the history: {error}") from None


def previous_run(
    options: Options, source: HistorySource, cloud: str, run_id: str
) -> tuple[EarlierRuns | None, str | None]:
    """What the history knows of earlier nightly runs; or None, and why it cannot be read.

    run_id  this run's, which may be recorded already
    """
    from reconciler.core.history.notifications import EarlierRuns
    from reconciler.core.history.overview import MONTHS
    from reconciler.core.history.recording import NIGHTLY

    try:
        with closing(state.open_history(options, source, cloud)) as history:
            earlier = [
                run
                for run in history.runs(now() - MONTHS)
                if run.command == NIGHTLY and run.id != run_id
            ]
            last = earlier[-1] if earlier else None
            read = next((run for run in reversed(earlier) if run.standings), None)
            links = history.as_of(read.at) if read else {}
            refused = history.refused(last.id) if last else ()
            access = history.access_as_of(read.at) if read else {}
            return EarlierRuns(last, read, links, history.latest(), refused, access), None
    except Exception as error:
        return None, str(error)


def known_customers(run: Run, source: str) -> tuple[KnownCustomer, ...]:
    """The customers that earlier lists had; none if the history cannot be read."""
    try:
        with closing(state.open_history_of(run)) as history:
            return history.customers(source)
    except Exception as error:
        run.log.warning("history_not_read", message=f"customers of earlier lists: {error}")
        return ()


def with_changes(run: Run, plan: ReviewedT, since: datetime) -> ReviewedT:
    """The plan with its changes since a moment; unchanged, with a warning, without a history."""
    from reconciler.core.history.changes_since import changes_since
    from reconciler.core.history.recording import observations_of_plan

    try:
        with closing(state.open_history_of(run)) as history:
            before, latest = history.as_of(since), history.latest()
            access = history.access_as_of(since)
    except Exception as error:
        note(f"warning: changes are not shown, because the history cannot be read: {error}")
        return plan
    found = changes_since(since, before, latest, observations_of_plan(plan), access)
    return replace(plan, changes_since=replace(found, customers=customer_changes(run, since)))


def customer_changes(run: Run, since: datetime) -> tuple[CustomerEvent, ...]:
    """The customers that came or left since a time, by the list that this run read, if any."""
    return run.customers.changes(since, now()) if run.customers else ()


def with_known(run: Run, plan: Plan) -> Inventory:
    """The inventory with what the history knows of each link.

    Without a history a warning says so, and only the times that Azure gives are shown.
    """
    try:
        with closing(state.open_history_of(run)) as history:
            latest = history.latest()
    except Exception as error:
        note(f"warning: times are shown without the history: {error}")
        latest = {}
    return with_latest(run, plan, latest)


def with_latest(run: Run, plan: Plan, latest: Mapping[Key, Period]) -> Inventory:
    """The inventory with each link's past, and findings for links that are unreadable for long.

    latest  each link's newest period
    """
    from reconciler.core.history.changes_since import unreadable_findings
    from reconciler.core.history.recording import observations_of_plan
    from reconciler.core.inventory import inventory

    findings = run.config.reported(unreadable_findings(latest, observations_of_plan(plan)))
    read = replace(plan, findings=(*plan.findings, *findings))
    known = inventory.known_of(plan, latest, run.last_days())
    return inventory.with_known(read, known, run.azure.roles_as_of)


def past_of(run: Run, until: datetime) -> tuple[PastRuns | None, str | None]:
    """The runs and changes of the last months; or None, and why the history cannot be read.

    until  the end of the run's reads
    """
    from reconciler.core.history.changes_since import comparison_time
    from reconciler.core.history.overview import MONTHS, PastRuns

    first = until - MONTHS
    try:
        with closing(state.open_history_of(run)) as history:
            runs = history.runs(first)
            earlier = [each for each in runs if each.id != run.id]
            since = comparison_time(until.astimezone(), earlier)
            return PastRuns(
                since,
                runs,
                history.periods_from(first),
                history.writes(first),
                history.access_as_of(since),
            ), None
    except Exception as error:
        return None, str(error)


def _recording(run: Run, run_summary: RunSummary, fact: Plan | Report, is_fresh: bool) -> Recording:
    from reconciler.core.history import recording
    from reconciler.core.history.link_history import Write, count_health
    from reconciler.store.machine import host, user

    plan = fact.plan if isinstance(fact, Report) else fact
    writes: tuple[Write, ...] = ()
    if isinstance(fact, Plan):
        known = observations = recording.observations_of_plan(fact)
    else:
        writes = recording.writes_of(fact, run_summary.ended_at)
        known = recording.observations_of_report(fact, run_summary.ended_at)
        # The run that saved the plan has recorded its reads.
        observations = (
            known if is_fresh else recording.fresh_observations(fact, run_summary.ended_at)
        )
    is_refused = isinstance(fact, Report) and bool(fact.refusals)
    is_whole = not (plan.not_selected or fact.interrupted) and (is_fresh or not is_refused)
    record = recording.RecordedRun(
        run.id,
        run_summary.command,
        plan.created_at if isinstance(fact, Plan) else run_summary.ended_at,
        __version__,
        plan.config_digest,
        int(run_summary.status),
        is_whole,
        count_health(known if is_whole else observations),
        len(writes),
        user(),
        host(),
    )
    return recording.Recording(
        record, observations, writes, run.allowed, run_summary.refused, run.customers
    )
