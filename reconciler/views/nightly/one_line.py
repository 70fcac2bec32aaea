"""One-line result of an unattended run, for cron's mail and for the body of a heartbeat."""

import shlex
from collections.abc import Mapping

from reconciler.core.exit_status import Status
from reconciler.core.history.run_summary import RunSummary
from reconciler.core.plan import Report
from reconciler.core.text import visible
from reconciler.views.summary import plan_summary, report_summary, unreadable_causes

WORDS: Mapping[int, str] = {
    Status.IN_SYNC: "in sync",
    Status.RUN_FAILED: "the run failed",
    Status.DIFFERENCES: "there are differences",
    Status.REFUSED: "refused",
    Status.PARTIAL: "some links could not be read or changed",
    Status.LOCKED: "another run holds the lock",
    Status.WRONG_USAGE: "wrong usage",
    Status.BAD_FILE: "the tenants file is invalid",
    Status.INTERRUPTED: "interrupted",
    Status.TERMINATED: "interrupted",
}
"""The meaning of each exit status, in a few words."""


def render(run_summary: RunSummary, config: str) -> str:
    """Return the run as one line: its result, what else went wrong, and the command for details.

    config  the file as it was named
    """
    sentences = [result_text(run_summary)]
    if causes := cause_text(run_summary):
        sentences.append(causes)
    if refused := refusal_text(run_summary):
        sentences.append(f"Refused by {refused}.")
    sentences += [f"{line}." for line in side_failure_lines(run_summary)]
    if run_summary.status != Status.IN_SYNC:
        sentences.append(f"Exit status {int(run_summary.status)}: {meaning(run_summary.status)}.")
        sentences.append(f"For details run: {details_command(run_summary, config)}")
    return visible(" ".join(sentences))


def refusal_text(run_summary: RunSummary) -> str:
    """Return every guard that refused, with its number, limit and override; else empty."""
    report = run_summary.fact if isinstance(run_summary.fact, Report) else None
    return "; ".join(refusal.short for refusal in report.refusals) if report else ""


def side_failure_lines(run_summary: RunSummary) -> list[str]:
    """Return what went wrong beside the run, such as a notification, one line for each step."""
    return [f"{failure.step}: {_first_line(failure.message)}" for failure in run_summary.setbacks]


def result_text(run_summary: RunSummary) -> str:
    """Return the summary of the plan or report, or why there is neither."""
    if isinstance(run_summary.fact, Report):
        return report_summary(run_summary.fact)
    if run_summary.fact:
        return plan_summary(run_summary.fact)
    first, *more = run_summary.complaints or ("nothing was read",)
    others = f" (and {len(more)} more error{'s' * (len(more) > 1)})" if more else ""
    return f"{first}{others}."


def cause_text(run_summary: RunSummary) -> str:
    """Return `Causes: 388 app_not_in_tenant, 2 throttled.`; empty if every link could be read."""
    text = unreadable_causes(run_summary.plan.changes) if run_summary.plan else ""
    return f"Causes: {text}." if text else ""


def meaning(status: int) -> str:
    """Return the meaning of an exit status in a few words."""
    return WORDS.get(status, "interrupted")


def details_command(run_summary: RunSummary, config: str) -> str:
    """Return the command that shows more."""
    command = "validate" if run_summary.status == Status.BAD_FILE else "plan"
    return shlex.join(("pal-reconcile", command, "-c", config))


def _first_line(text: str) -> str:
    return text.partition("\n")[0].rstrip(".")
