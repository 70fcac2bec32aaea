"""Log lines of a run: one for each read, each change and each link, and one for the whole run.

The names of events and fields are public: log queries and alerts rely on them.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from reconciler.cli.command_line.logging import LogFormat
from reconciler.cli.command_line.options import Options
from reconciler.core.plan import Report, count_actions, count_outcomes
from reconciler.core.results import not_written

if TYPE_CHECKING:
    from reconciler.core.history.run_summary import RunSummary
    from reconciler.core.links import Observed, Place
    from reconciler.core.results import Result


def log_read(log: Any, place: Place, observed: Observed) -> None:
    """Log one link that was read."""
    log.debug(
        "read",
        tenant=place.tenant,
        identity=place.identity,
        state=observed.state.value,
        partner_id=observed.partner_id,
        problem=observed.problem.code if observed.problem else None,
    )


def log_result(log: Any, result: Result) -> None:
    """Log one change and its outcome."""
    place = result.change.place
    observed = result.observed
    log.debug(
        "changed" if result.outcome == "applied" else "not_changed",
        tenant=place.tenant,
        identity=place.identity,
        action=result.change.action.value,
        outcome=result.outcome,
        partner_id=observed.partner_id if observed else None,
        problem=result.problem.code if result.problem else None,
        correlation_id=result.correlation_id,
    )


def log_summary(summary: RunSummary, options: Options) -> None:
    """Log every link with its final state, then the run itself."""
    if not summary.run_id and options.log_format is not LogFormat.JSON:
        return  # the run never began, and stderr already has its errors
    from reconciler import log

    if not summary.run_id:
        log.set_up(as_json=True, level=options.level)
    logger = log.get().bind(run=summary.run_id or None)
    plan = summary.plan
    report = summary.fact if isinstance(summary.fact, Report) else None
    results = report.results if report else map(not_written, plan.changes if plan else ())
    for result in results:
        logger.info("link", **_link(result))
    logger.info(
        "run",
        command=summary.command,
        status=int(summary.status),
        duration_s=round(summary.duration_s, 3),
        phases_s={name: round(seconds, 3) for name, seconds in summary.phases_s.items()},
        complete=plan.is_complete if plan else None,
        for_day=plan.for_day.isoformat() if plan and plan.for_day else None,
        counts=count_actions(plan.changes) if plan else None,
        outcomes=count_outcomes(report.results) if report else None,
        refusals=[refusal.guard for refusal in report.refusals] if report else None,
        journal=report.journal if report else None,
        complaints=list(summary.complaints),
        setbacks=[asdict(failure) for failure in summary.setbacks],
        **asdict(summary.request_stats),
    )


def _link(result: Result) -> dict[str, object]:
    change, observed = result.change, result.observed
    place = change.place
    return {
        "tenant": place.tenant,
        "tenant_id": observed.tenant_id if observed else None,
        "identity": place.identity,
        "object_id": observed.object_id if observed else place.object_id,
        "state": observed.state.value if observed else None,
        "partner_id": observed.partner_id if observed else None,
        "wanted": change.wanted.partner_id,
        "action": change.action.value,
        "outcome": result.outcome.value if result.outcome else None,
        "problem": result.problem.code if result.problem else None,
        "correlation_id": result.correlation_id,
    }
