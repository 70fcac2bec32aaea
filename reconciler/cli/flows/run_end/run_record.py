"""Record of a run: its result, its errors, and the side tasks at its end.

The side tasks run however the run ends, also for an invalid file or a held lock. The failure of a
side task is a `SideFailure`: it is reported, stops no other task and leaves the exit status as it
is. The log comes last, because its line lists these failures.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.command_line.options import Options
from reconciler.cli.flows.run_end.run_log import log_summary
from reconciler.cli.selection import now
from reconciler.core.errors import PalReconcileError, RunFailed
from reconciler.core.exit_status import Status, of_error
from reconciler.core.history.run_summary import RequestStats, RunSummary, SideFailure

if TYPE_CHECKING:
    from reconciler.cli.run import Run
    from reconciler.core.history.notification_targets import NotificationTargets
    from reconciler.core.plan import Plan, Report
    from reconciler.heartbeat import Heartbeat


@dataclass(slots=True)
class RunRecord:
    """What is known of a run so far, and where its results go.

    metrics          the file for node_exporter; None for none
    report           the file for the HTML report; None for none
    targets          the file's heartbeat and notifications; None except for `nightly`
    accepts_drift    whether differences end with 0
    id               the run's ID in the history if it ends before it reads anything
    status           the exit status, unless an exception decides it
    is_fresh         whether this run read what its plan says; False for a saved plan
    errors           why the run ended without a result, a line each
    side_failures    what failed beside the run
    """

    command: str
    options: Options
    metrics: Path | None = None
    report: Path | None = None
    targets: NotificationTargets | None = None
    accepts_drift: bool = False
    id: str = field(default_factory=lambda: os.urandom(8).hex())
    run: Run | None = None
    fact: Plan | Report | None = None
    status: int = Status.RUN_FAILED
    is_fresh: bool = True
    began_s: float = field(default_factory=time.monotonic)
    errors: tuple[str, ...] = ()
    side_failures: list[SideFailure] = field(default_factory=list)
    heartbeat: Heartbeat | None = None

    @property
    def exit_status(self) -> int:
        """The exit status of the command: the run's, unless differences are accepted."""
        is_accepted = self.accepts_drift and self.status == Status.DIFFERENCES
        return Status.IN_SYNC if is_accepted else self.status

    def summary(self) -> RunSummary:
        """The run as one value, as far as it is known."""
        run = self.run
        return RunSummary(
            self.command,
            self.status,
            now(),
            time.monotonic() - self.began_s,
            run_id=run.id if run else "",
            phases_s=run.phases_s if run else {},
            request_stats=run.request_stats if run else RequestStats(),
            fact=self.fact,
            complaints=self.errors,
            setbacks=tuple(self.side_failures),
            customers=run.customers if run else None,
        )

    def fail(self, error: PalReconcileError) -> None:
        """Keep why the run ended without a result."""
        self.status = of_error(error)
        self.errors = tuple(str(error).splitlines())

    @contextmanager
    def beside(self, task: str) -> Iterator[None]:
        """Run a part of a side task: an exception in the block becomes a `SideFailure`."""
        try:
            yield
        except PalReconcileError as error:
            self.side_failures.append(SideFailure(task, str(error)))
        except Exception as error:
            # The error's own text may repeat a URL, and those are secrets here.
            message = f"internal error: {type(error).__name__}; please report it"
            self.side_failures.append(SideFailure(task, message))


@dataclass(frozen=True, slots=True)
class SideTask:
    """One task at the end of a run.

    do  does the task, if the record asks for it; raises `PalReconcileError` for its failure
    """

    name: str
    do: Callable[[RunRecord], None]


@contextmanager
def finished_by(record: RunRecord, tasks: Sequence[SideTask]) -> Iterator[RunRecord]:
    """Run these side tasks and write the log after the block, however the block ends."""
    try:
        yield record
    except PalReconcileError as error:
        record.fail(error)
        raise
    except KeyboardInterrupt:
        record.status = Status.INTERRUPTED
        raise
    except Exception as error:
        record.fail(RunFailed(f"internal error: {type(error).__name__}"))
        raise
    finally:
        for task in tasks:
            with record.beside(task.name):
                task.do(record)
        log_summary(record.summary(), record.options)
