"""Exit statuses: the policy of every command, in one place.

Cron jobs and pipelines rely on these numbers. The first that applies counts: interrupted, failed,
locked, refused, partial, differences, in sync.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from reconciler.core.errors import BadFile, Locked, PalReconcileError, Refused, WrongUsage
from reconciler.core.links import WRITES, Action
from reconciler.core.problems import LIMIT
from reconciler.core.results import CONVERGED, Outcome, Result

if TYPE_CHECKING:
    from reconciler.core.doctor.checkup import Checkup
    from reconciler.core.plan import Plan, Report


class Status(IntEnum):
    """The exit statuses of every command."""

    IN_SYNC = 0
    RUN_FAILED = 1
    DIFFERENCES = 2
    REFUSED = 3
    PARTIAL = 4
    LOCKED = 5
    WRONG_USAGE = 64
    BAD_FILE = 78
    INTERRUPTED = 130
    TERMINATED = 143


SUCCESSES = frozenset({Status.IN_SYNC, Status.DIFFERENCES})
"""The run read every link, and every change that it tried is made."""

COMPLETED = SUCCESSES | {Status.PARTIAL}
"""The run was not interrupted, refused or failed, whatever it found."""


def of_plan(plan: Plan, *, detailed: bool) -> Status:
    """The status of a command that reads.

    detailed  whether differences count
    """
    actions = {change.action for change in plan.changes}
    if Action.UNKNOWN in actions:
        return Status.PARTIAL
    if detailed and actions & (WRITES | {Action.CONFLICT}):
        return Status.DIFFERENCES
    return Status.IN_SYNC


def of_report(report: Report) -> Status:
    """The status of a command that writes.

    A conflict and an unreadable link count as changes that could not be made.
    """
    if report.failure:
        return Status.RUN_FAILED
    if report.refusals:
        return Status.REFUSED
    if {change.action for change in report.plan.changes} & {Action.UNKNOWN, Action.CONFLICT}:
        return Status.PARTIAL
    unmade = [result for result in report.results if result.outcome not in CONVERGED | {None}]
    if all(map(is_beyond_limit, unmade)):
        return Status.DIFFERENCES if unmade else Status.IN_SYNC
    return Status.PARTIAL


def of_checkup(checkup: Checkup) -> Status:
    """The status of `doctor`."""
    return Status.IN_SYNC if checkup.is_healthy else Status.PARTIAL


def of_error(error: PalReconcileError) -> Status:
    """The status of a run that this error ended."""
    return _OF_ERRORS.get(type(error), Status.RUN_FAILED)


def of_stopped_run(status: int, *, signal: int | None, is_past_deadline: bool) -> int:
    """The status of a run that may have been stopped: a signal outranks all, a deadline is partial.

    status  of what the run did
    signal  the number of the signal that stopped it, or None
    """
    if signal is not None:
        return 128 + signal
    return Status.PARTIAL if is_past_deadline and status in SUCCESSES else status


_OF_ERRORS = {
    WrongUsage: Status.WRONG_USAGE,
    BadFile: Status.BAD_FILE,
    Refused: Status.REFUSED,
    Locked: Status.LOCKED,
}


def is_beyond_limit(result: Result) -> bool:
    """Whether a change was left for a later run by --max-changes."""
    return result.outcome is Outcome.SKIPPED and result.problem == LIMIT
