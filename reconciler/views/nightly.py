"""What is a night in one line? For cron's mail, and for the body of a heartbeat."""

import shlex

from reconciler.core.exit_status import Status
from reconciler.core.history.run_summary import RunSummary
from reconciler.core.plan import Report
from reconciler.core.text import visible
from reconciler.views.summary import plan_summary, report_summary

WORDS = {
    Status.IN_SYNC: "all is well",
    Status.RUN_FAILED: "the run failed",
    Status.DIFFERENCES: "there are differences",
    Status.REFUSED: "refused",
    Status.PARTIAL: "some links could not be read or changed",
    Status.LOCKED: "another run holds the lock",
    Status.WRONG_USAGE: "wrong usage",
    Status.BAD_FILE: "the file is no good",
    Status.INTERRUPTED: "interrupted",
    Status.TERMINATED: "interrupted",
}
"""What each exit status means, in a few words."""


def render(run_summary: RunSummary, config: str) -> str:
    """The night as one line: what it came to, what went wrong on the way, how to look closer.

    config  the file as it was named
    """
    sentences = [recap(run_summary)]
    if refused := refusal_text(run_summary):
        sentences.append(f"Refused by {refused}.")
    sentences += [f"{line}." for line in setback_lines(run_summary)]
    if run_summary.status != Status.IN_SYNC:
        sentences.append(f"Status {int(run_summary.status)}, {meaning(run_summary.status)}.")
        sentences.append(f"Look closer: {look_closer(run_summary, config)}")
    return visible(" ".join(sentences))


def refusal_text(run_summary: RunSummary) -> str:
    """Every guard that refused, with its number, limit and override; empty where none did."""
    report = run_summary.fact if isinstance(run_summary.fact, Report) else None
    return "; ".join(refusal.short for refusal in report.refusals) if report else ""


def setback_lines(run_summary: RunSummary) -> list[str]:
    """What went wrong beside the run, a line a step."""
    return [f"{setback.step}: {_first_line(setback.message)}" for setback in run_summary.setbacks]


def recap(run_summary: RunSummary) -> str:
    """The plan's or report's own line, or why there is neither."""
    if isinstance(run_summary.fact, Report):
        return report_summary(run_summary.fact)
    if run_summary.fact:
        return plan_summary(run_summary.fact)
    first, *more = run_summary.complaints or ("nothing was read",)
    others = f" (and {len(more)} more complaint{'s' * (len(more) > 1)})" if more else ""
    return f"{first}{others}."


def meaning(status: int) -> str:
    """What an exit status means, in a few words."""
    return WORDS.get(Status(status), "interrupted") if status in set(Status) else "interrupted"


def look_closer(run_summary: RunSummary, config: str) -> str:
    """The command that shows more."""
    command = "validate" if run_summary.status == Status.BAD_FILE else "plan"
    return shlex.join(("pal-reconcile", command, "-c", config))


def _first_line(text: str) -> str:
    return text.partition("\n")[0].rstrip(".")
