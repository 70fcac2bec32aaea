"""Which exit status does a run end with? The numbers that cron jobs and pipelines rely on.

The first that applies of interrupted, failed, locked, refused, partial, differences, in sync.
"""

from enum import IntEnum

from reconciler.core.doctor.checkup import Checkup
from reconciler.core.errors import BadFile, Locked, PalReconcileError, Refused, WrongUsage
from reconciler.core.links import WRITES, Action, Change
from reconciler.core.plan import Plan, Report
from reconciler.core.results import CONVERGED


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


def of_plan(plan: Plan, *, detailed: bool) -> Status:
    """The status of `plan` and `show`; differences count only where they were asked for."""
    if _any(plan.changes, Action.UNKNOWN):
        return Status.PARTIAL
    if detailed and any(c.action in WRITES | {Action.CONFLICT} for c in plan.changes):
        return Status.DIFFERENCES
    return Status.IN_SYNC


def of_report(report: Report) -> Status:
    """The status of `apply`: a conflict or an unreadable link is a change that was not made."""
    if report.failure:
        return Status.RUN_FAILED
    if report.refusals:
        return Status.REFUSED
    if _any(report.plan.changes, Action.UNKNOWN) or _any(report.plan.changes, Action.CONFLICT):
        return Status.PARTIAL
    if any(result.outcome not in CONVERGED | {None} for result in report.results):
        return Status.PARTIAL
    return Status.IN_SYNC


def of_checkup(checkup: Checkup) -> Status:
    """The status of `doctor`."""
    return Status.IN_SYNC if checkup.is_healthy else Status.PARTIAL


def of_error(error: PalReconcileError) -> Status:
    """The status of a run that ended with this."""
    return _OF_ERRORS.get(type(error), Status.RUN_FAILED)


_OF_ERRORS = {
    WrongUsage: Status.WRONG_USAGE,
    BadFile: Status.BAD_FILE,
    Refused: Status.REFUSED,
    Locked: Status.LOCKED,
}


def _any(changes: tuple[Change, ...], action: Action) -> bool:
    return any(change.action is action for change in changes)
