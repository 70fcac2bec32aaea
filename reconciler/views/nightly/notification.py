"""Notification about an unattended run: a title and five lines for the person on call.

The lines are the changes since the last run, the current state, the most important links, the next
step, and the command for details. Names from the file and from Azure are only text in every format.
"""

import html
import shlex
from collections import Counter
from collections.abc import Callable

from reconciler.core.history.notifications import EventKind, Message
from reconciler.core.history.run_summary import RunSummary
from reconciler.core.plan import Plan, Report
from reconciler.core.redaction.redactor import redact
from reconciler.core.text import visible
from reconciler.views.grouping import attention_groups
from reconciler.views.markdown.escape import escape
from reconciler.views.nightly.notification_lines import worst
from reconciler.views.nightly.one_line import (
    cause_text,
    details_command,
    meaning,
    refusal_text,
    result_text,
)
from reconciler.views.rows import Row, plan_rows, report_rows

MOST = 3
"""How many links are named."""

_LONGEST = 300
"""Characters of one line: a name may be long, and the screen of a pager is small."""

_REFUSED = "Refused by "

_ESCAPES: dict[str, Callable[[str], str]] = {
    "text": visible,
    "markdown": escape,
    "html": lambda text: html.escape(visible(text)),
}
_BREAKS = {"text": "\n", "markdown": "  \n", "html": "<br>\n"}


def title(message: Message, run_summary: RunSummary) -> str:
    """Return `pal-reconcile: 2 new drift, 1 recovered`: plain text in every format."""
    return visible(_cut(f"pal-reconcile: {_changed(message) or meaning(run_summary.status)}"))


def body(message: Message, run_summary: RunSummary, config: str, form: str) -> str:
    """Return the five lines in this format.

    config  the file as it was named
    form    `text`, `markdown` or `html`
    """
    write = _ESCAPES[form]
    lines = _lines(message, run_summary, config)
    return _BREAKS[form].join(write(_cut(line, _longest(line))) for line in lines)


def _lines(message: Message, run_summary: RunSummary, config: str) -> tuple[str, ...]:
    named = "; ".join(worst(message, run_summary, MOST)) or "nothing"
    if message.is_known:
        changed = _changed(message) or "nothing"
    else:
        changed = "unknown, because the history cannot be read"
    return (
        f"Changes since the last run: {changed}.",
        f"Current state: {result_text(run_summary)} {cause_text(run_summary)}".rstrip() + " "
        f"Exit status {int(run_summary.status)}: {meaning(run_summary.status)}.",
        f"{_REFUSED}{refused}."
        if (refused := refusal_text(run_summary))
        else f"Most important: {named}.",
        f"Next step: {_next_step(message, run_summary)}",
        f"For details run: {_command(run_summary, config)}",
    )


def _changed(message: Message) -> str:
    """Return `2 new drift, 1 recovered`; events of the whole run have no number."""
    counts = Counter(each.kind for each in message.events)
    of_run = (EventKind.FAILED, EventKind.RUNS_AGAIN)
    parts = (
        kind.value if kind in of_run else f"{counts[kind]} {kind.value}"
        for kind in EventKind
        if counts[kind]
    )
    return ", ".join(parts)


def _next_step(message: Message, run_summary: RunSummary) -> str:
    """Return what to do about a refusal, else the hint of the first link that has one."""
    if refusal_text(run_summary):
        return "review the plan and run apply, or override a guard once with --allow."
    keys = [each.observation.key for each in message.events if each.observation]
    hints = {
        member: group.cause.hint
        for group in attention_groups(_rows(run_summary.fact))
        if group.cause.label != "conflict"
        for member in group.members
    }
    found = next((hints[key] for key in keys if key in hints), next(iter(hints.values()), None))
    kinds = {each.kind for each in message.events}
    if not found and EventKind.ACCESS_LOST in kinds:
        return "run access: it shows what to ask the customers for."
    if not found and EventKind.CUSTOMER_NEW in kinds:
        return "run show: it names the customers that the file does not list."
    return found or ("none." if run_summary.status == 0 else "run the command below.")


def _rows(fact: Plan | Report | None) -> list[Row]:
    if isinstance(fact, Report):
        return report_rows(fact)
    return plan_rows(fact) if fact else []


def _command(run_summary: RunSummary, config: str) -> str:
    command = details_command(run_summary, config)
    return command if run_summary.fact is None else f"{command} --since {shlex.quote('last-night')}"


def _longest(line: str) -> int:
    """The line that names every guard that refused, with its override, may be longer."""
    return 2 * _LONGEST if line.startswith(_REFUSED) else _LONGEST


def _cut(text: str, longest: int = _LONGEST) -> str:
    text = redact(text)  # first: a part of a secret is not recognized
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
