"""What does an on-call person read of a night? A title and five lines.

What changed, how all stands, the worst, what to do, and the command to look closer.

In plain text, Markdown or HTML; names from the file and from Azure are only text in each.
"""

import html
import shlex
from collections import Counter
from collections.abc import Callable

from reconciler.core.history.notifications import EventKind, Message, worst
from reconciler.core.history.run_summary import RunSummary
from reconciler.core.text import visible
from reconciler.views.markdown.escape import escape
from reconciler.views.nightly import details_command, meaning, refusal_text, result_text

MOST = 3
"""The worst that is named."""

_LONGEST = 300
"""Characters of one line: a name may be long, and a pager is small."""

_REFUSED = "Refused by "

_ESCAPES: dict[str, Callable[[str], str]] = {
    "text": visible,
    "markdown": escape,
    "html": lambda text: html.escape(visible(text)),
}
_BREAKS = {"text": "\n", "markdown": "  \n", "html": "<br>\n"}


def title(message: Message, run_summary: RunSummary) -> str:
    """One line: `pal-reconcile: 2 new drift, 1 recovered`. Plain text, whatever the format."""
    return visible(_cut(f"pal-reconcile: {_changed(message) or meaning(run_summary.status)}"))


def body(message: Message, run_summary: RunSummary, config: str, form: str) -> str:
    """Five lines in this format.

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
        changed = "not known, the history cannot be read"
    return (
        f"Changed since the night before: {changed}.",
        f"Now: {result_text(run_summary)} "
        f"Status {int(run_summary.status)}, {meaning(run_summary.status)}.",
        f"{_REFUSED}{refused}." if (refused := refusal_text(run_summary)) else f"Worst: {named}.",
        f"What to do: {_remedy(message, run_summary)}",
        f"Look closer: {_command(run_summary, config)}",
    )


def _changed(message: Message) -> str:
    """`2 new drift, 1 recovered`; what concerns the run has no number."""
    counts = Counter(each.kind for each in message.events)
    whole = (EventKind.FAILED, EventKind.RUNS_AGAIN)
    parts = (
        kind.value if kind in whole else f"{counts[kind]} {kind.value}"
        for kind in EventKind
        if counts[kind]
    )
    return ", ".join(parts)


def _remedy(message: Message, run_summary: RunSummary) -> str:
    """The remedy of a refusal, else of the first that has one."""
    if refusal_text(run_summary):
        return "review the plan, then run apply; or override once by name with --allow."
    keys = [each.observation.key for each in message.events if each.observation]
    plan = run_summary.plan
    hints = {
        (change.place.tenant, change.place.identity): change.problem.hint
        for change in (plan.changes if plan else ())
        if change.problem
    }
    found = next((hints[key] for key in keys if key in hints), None)
    if found is None and plan:
        found = next(iter(hints.values()), None)
    return found or ("nothing." if run_summary.status == 0 else "see what the command below shows.")


def _command(run_summary: RunSummary, config: str) -> str:
    command = details_command(run_summary, config)
    return command if run_summary.fact is None else f"{command} --since {shlex.quote('last-night')}"


def _longest(line: str) -> int:
    """Every guard that refused is named with its override: that line may be longer."""
    return 2 * _LONGEST if line.startswith(_REFUSED) else _LONGEST


def _cut(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
