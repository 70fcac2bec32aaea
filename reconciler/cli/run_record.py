"""How is the end of a run told? A log line for each link and the run, metrics, and the history.

All three are guests: their trouble is noted on stderr, and the run's status stays. They are
told of every end, be it a bad file or a lock that another run holds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.cli.options import LogFormat, Options
from reconciler.cli.output import note
from reconciler.cli.run_history import record_run
from reconciler.cli.selection import now
from reconciler.core.errors import PalReconcileError, RunFailed, WrongUsage
from reconciler.core.exit_status import Status, of_error
from reconciler.core.history.run_summary import RequestStats, RunSummary, SideFailure
from reconciler.core.plan import Plan, Report, count_actions, count_outcomes
from reconciler.core.results import untouched
from reconciler.extras import missing_extra
from reconciler.regular_files import read_regular

if TYPE_CHECKING:
    from reconciler.cli.run import Run
    from reconciler.core.results import Result


@dataclass(slots=True)
class RunRecord:
    """What is known of a run so far; whoever runs it fills in what there is.

    status    what it ends with unless an exception says otherwise
    is_fresh  whether this run itself read what its plan says; not so where the plan was saved
    """

    command: str
    run: Run | None = None
    fact: Plan | Report | None = None
    status: int = Status.RUN_FAILED
    is_fresh: bool = True
    began_s: float = field(default_factory=time.monotonic)
    complaints: tuple[str, ...] = ()
    setbacks: list[SideFailure] = field(default_factory=list)

    def run_summary(self) -> RunSummary:
        """The run as one value, now that it is over."""
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
            complaints=self.complaints,
            setbacks=tuple(self.setbacks),
        )

    def note(self, error: PalReconcileError) -> None:
        """Take in why the run ended before there was a result."""
        self.status = of_error(error)
        self.complaints = tuple(str(error).splitlines())

    @property
    def ends(self) -> Mapping[str, date]:
        """The last day of each credential that has one, by identity."""
        return self.run.last_days() if self.run else {}


@contextmanager
def recorded(command: str, options: Options, metrics: Path | None = None) -> Iterator[RunRecord]:
    """Give an account of the run inside the block, however it ends.

    metrics  the file to write; None for none. Raises `WrongUsage` where the extra is missing.
    """
    if metrics:
        check_metrics_extra()
    account = RunRecord(command)
    try:
        yield account
    except PalReconcileError as error:
        account.note(error)
        raise
    except KeyboardInterrupt:
        account.status = Status.INTERRUPTED
        raise
    finally:
        run_summary = account.run_summary()
        log_summary(run_summary, options)
        if metrics:
            try:
                write_metrics(metrics, run_summary, account.ends)
            except RunFailed as error:
                note(str(error))
        if account.run and (why := record_run(account.run, run_summary, is_fresh=account.is_fresh)):
            note(why)


def log_summary(run_summary: RunSummary, options: Options) -> None:
    """Write the canonical lines: one for each link, and one for the run."""
    if not run_summary.run_id and options.log_format is not LogFormat.JSON:
        return  # nothing was begun, and the console has had its complaint
    from reconciler import log

    if not run_summary.run_id:
        log.set_up(as_json=True, level=options.level)
    logger = log.get().bind(run=run_summary.run_id or None)
    fact, plan = run_summary.fact, run_summary.plan
    for result in fact.results if isinstance(fact, Report) else map(untouched, _changes(plan)):
        logger.info("link", **_link(result))
    report = fact if isinstance(fact, Report) else None
    logger.info(
        "run",
        command=run_summary.command,
        status=int(run_summary.status),
        duration_s=round(run_summary.duration_s, 3),
        phases_s={name: round(seconds, 3) for name, seconds in run_summary.phases_s.items()},
        complete=plan.is_complete if plan else None,
        for_day=plan.for_day.isoformat() if plan and plan.for_day else None,
        counts=count_actions(plan.changes) if plan else None,
        outcomes=count_outcomes(report.results) if report else None,
        refusals=[refusal.guard for refusal in report.refusals] if report else None,
        journal=report.journal if report else None,
        complaints=list(run_summary.complaints),
        setbacks=[asdict(setback) for setback in run_summary.setbacks],
        **asdict(run_summary.request_stats),
    )


LARGEST_METRICS = 16 << 20
"""Bytes of a file that was written before."""


def write_metrics(path: Path, run_summary: RunSummary, ends: Mapping[str, date]) -> None:
    """Write the metrics of a run; raises `RunFailed`.

    ends  the last day of each credential that has one, by identity
    """
    from reconciler.store.files import write_shared
    from reconciler.views import metrics

    try:
        before = read_regular(path, LARGEST_METRICS) if path.exists() else b""
        # node_exporter runs as another user, and no name is in it.
        write_shared(path, metrics.render(run_summary, ends, before.decode(errors="replace")))
    except OSError as error:
        raise RunFailed(
            f"cannot write the metrics to {path}: {error.strerror}; "
            "make the folder writable for this user, or correct --metrics"
        ) from None


def check_metrics_extra() -> None:
    """Raise `WrongUsage` where the extra is not installed."""
    if problem := missing_extra("metrics", "--metrics"):
        raise WrongUsage(problem)


def _changes(plan: Plan | None) -> Any:
    return plan.changes if plan else ()


def _link(result: Result) -> dict[str, object]:
    change, seen = result.change, result.observed
    place = change.place
    return {
        "tenant": place.tenant,
        "tenant_id": seen.tenant_id if seen else None,
        "identity": place.identity,
        "object_id": seen.object_id if seen else place.object_id,
        "state": seen.state.value if seen else None,
        "partner_id": seen.partner_id if seen else None,
        "wanted": change.wanted.partner_id,
        "action": change.action.value,
        "outcome": result.outcome.value if result.outcome else None,
        "problem": result.problem.code if result.problem else None,
        "correlation_id": result.correlation_id,
    }
