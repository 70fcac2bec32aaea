"""The nightly run: plans or repairs unattended, then runs all side tasks.

Only the run itself decides the exit status. Failures to record, report or notify do not change it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli import wiring
from reconciler.cli.flows.access import with_access_findings
from reconciler.cli.flows.approval import ApplyPolicy, carry_out
from reconciler.cli.flows.customers.customer_check import CustomerCheck
from reconciler.cli.flows.run_end.run_record import RunRecord, finished_by
from reconciler.cli.flows.run_end.side_tasks import SIDE_TASKS, begin_heartbeat
from reconciler.cli.selected_links import Selection
from reconciler.cli.selection import read_file
from reconciler.core.errors import PalReconcileError, RunFailed
from reconciler.core.exit_status import Status, of_plan, of_report
from reconciler.core.history.recording import NIGHTLY
from reconciler.core.history.run_summary import SideFailure

if TYPE_CHECKING:
    from reconciler.cli.command_line.options import Options


@dataclass(frozen=True, slots=True)
class NightlyOptions:
    """The options of `nightly`.

    repair         make the changes, instead of only planning them
    allowed        the guards that are overridden
    max_changes    how many changes are made, in file order; None for all
    lock_s         seconds to wait for another run, with `repair`
    accepts_drift  whether differences end with 0
    metrics        the file for node_exporter, or None
    report         the file for the HTML report, or None
    """

    repair: bool
    allowed: tuple[str, ...]
    max_changes: int | None
    lock_s: float
    accepts_drift: bool
    metrics: Path | None
    report: Path | None


def run_nightly(options: Options, nightly_options: NightlyOptions) -> RunRecord:
    """Run all of it; returns the record, which holds the exit status.

    An error of the run is in the record and is not raised. An internal error is reported to
    heartbeat and subscribers like any other, and then raised.
    """
    from reconciler.config.notification_settings import read_notification_targets

    record = RunRecord(
        NIGHTLY,
        options,
        nightly_options.metrics,
        nightly_options.report,
        read_notification_targets(options.config),
        nightly_options.accepts_drift,
    )
    with record.beside("heartbeat"):
        begin_heartbeat(record)
    with suppress(PalReconcileError), finished_by(record, SIDE_TASKS):
        _work(record, nightly_options)
    return record


def _work(record: RunRecord, nightly_options: NightlyOptions) -> None:
    selection = read_file(record.options)
    if not nightly_options.repair:
        _plan(record, selection)
        return
    try:
        _repair(record, selection, nightly_options)
    except RunFailed as error:
        # Nothing can be written, but the links can still be read and reported.
        record.side_failures.append(SideFailure("repair", str(error)))
        _plan(record, selection)
        record.status = Status.RUN_FAILED


def _plan(record: RunRecord, selection: Selection) -> None:
    with wiring.read_session(record.options, selection) as run:
        record.run = run
        customers = CustomerCheck(run)
        plan = record.fact = customers.added_to(
            with_access_findings(run.config, run.azure, run.plan())
        )
    record.status = run.status(of_plan(plan, detailed=True))


def _repair(record: RunRecord, selection: Selection, nightly_options: NightlyOptions) -> None:
    allowed, lock_s = nightly_options.allowed, nightly_options.lock_s
    policy = ApplyPolicy(
        selection.config.limits, allowed, nightly_options.max_changes, is_unattended=True
    )
    with wiring.write_session(record.options, selection, lock_s, NIGHTLY, allowed) as opened:
        record.run, journal = opened
        customers = CustomerCheck(record.run)
        report = carry_out(record.run, journal, record.run.plan(), policy, ask=lambda changes: ())
        report = with_access_findings(record.run.config, record.run.azure, report)
        record.fact = report = customers.added_to(report)
    record.status = record.run.status(of_report(report))
