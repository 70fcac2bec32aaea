"""What is a night in one line? For cron's mail, and for the body of a heartbeat."""

import shlex

from reconciler.core.endings import Ending
from reconciler.core.plan import Report
from reconciler.core.statuses import Status
from reconciler.core.text import visible
from reconciler.views.recap import plan_recap, report_recap

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


def render(ending: Ending, config: str) -> str:
    """The night as one line: what it came to, what went wrong on the way, how to look closer.

    config  the file as it was named
    """
    sentences = [recap(ending)]
    if refused := refusal_text(ending):
        sentences.append(f"Refused by {refused}.")
    sentences += [f"{line}." for line in setback_lines(ending)]
    if ending.status != Status.IN_SYNC:
        sentences.append(f"Status {int(ending.status)}, {meaning(ending.status)}.")
        sentences.append(f"Look closer: {look_closer(ending, config)}")
    return visible(" ".join(sentences))


def refusal_text(ending: Ending) -> str:
    """Every guard that refused, with its number, limit and override; empty where none did."""
    report = ending.fact if isinstance(ending.fact, Report) else None
    return "; ".join(refusal.short for refusal in report.refusals) if report else ""


def setback_lines(ending: Ending) -> list[str]:
    """What went wrong beside the run, a line a step."""
    return [f"{setback.step}: {_first_line(setback.message)}" for setback in ending.setbacks]


def recap(ending: Ending) -> str:
    """The plan's or report's own line, or why there is neither."""
    if isinstance(ending.fact, Report):
        return report_recap(ending.fact)
    if ending.fact:
        return plan_recap(ending.fact)
    first, *more = ending.complaints or ("nothing was read",)
    others = f" (and {len(more)} more complaint{'s' * (len(more) > 1)})" if more else ""
    return f"{first}{others}."


def meaning(status: int) -> str:
    """What an exit status means, in a few words."""
    return WORDS.get(Status(status), "interrupted") if status in set(Status) else "interrupted"


def look_closer(ending: Ending, config: str) -> str:
    """The command that shows more."""
    command = "validate" if ending.status == Status.BAD_FILE else "plan"
    return shlex.join(("pal-reconcile", command, "-c", config))


def _first_line(text: str) -> str:
    return text.partition("\n")[0].rstrip(".")
