"""Where does text go? Results to stdout, everything else to stderr, nothing that moves a cursor."""

import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from reconciler.cli.options import Options
from reconciler.cli.streams import escaped
from reconciler.core.doctor.checkup import Checkup
from reconciler.core.history.link_history import Period, Write
from reconciler.core.history.recording import RecordedRun
from reconciler.core.history.run_summary import RunSummary
from reconciler.core.links import Place, Problem
from reconciler.core.plan import FactKind, Plan, Report
from reconciler.core.text import visible as safe

__all__ = [
    "asks_here",
    "emit",
    "note",
    "note_once",
    "safe",
    "show",
    "show_checkup",
    "show_edit",
    "show_events",
    "show_night",
    "show_rollup",
    "show_runs",
    "show_sign_ins",
]

NARROWEST = 80


def show(fact: Plan | Report, kind: FactKind, form: str, *, to_stderr: bool = False) -> None:
    """Write a plan, a report or an inventory."""
    stream = sys.stderr if to_stderr else sys.stdout
    from reconciler.views.registry import Format, render

    text = render(
        kind, Format(form), fact, width=_width(stream.isatty()), color=_is_coloured(stream)
    )
    emit(text, form, stream)


def show_rollup(plan: Plan, by: Sequence[str], form: str) -> None:
    """Write an inventory in groups."""
    from reconciler.views import rollup

    stream = sys.stdout
    width = _width(stream.isatty())
    emit(rollup.render(form, plan, by, width=width, color=_is_coloured(stream)), form, stream)


def show_checkup(checkup: Checkup, form: str) -> None:
    """Write what a doctor found."""
    from reconciler.views import checkup as view

    stream = sys.stdout
    width = _width(stream.isatty())
    emit(view.render(form, checkup, width=width, color=_is_coloured(stream)), form, stream)


def show_sign_ins(outcomes: Sequence[tuple[Place, Problem | None]], form: str) -> None:
    """Write where a person signed in, and where not."""
    from reconciler.views.runs import sign_ins

    emit(sign_ins.render(form, outcomes), form)


def show_edit(path: Path, before: bytes, after: bytes) -> None:
    """Write what will change in a file."""
    from reconciler.views import file_diff

    was, will = (data.decode("utf-8-sig") for data in (before, after))
    emit(file_diff.render(str(path), was, will, color=_is_coloured(sys.stdout)))


def show_runs(runs: Sequence[RecordedRun], form: str) -> None:
    """Write what earlier runs came to."""
    from reconciler.views.runs import history

    stream = sys.stdout
    width = _width(stream.isatty())
    emit(history.render_runs(form, runs, width=width, color=_is_coloured(stream)), form, stream)


def show_night(run_summary: RunSummary, options: Options) -> None:
    """Write how a night went; in one line, or not at all, where quiet is wanted."""
    from reconciler.views import nightly

    is_table = options.format.value == "table"
    if options.quiet and is_table:
        if run_summary.has_news:
            emit(nightly.render(run_summary, str(options.config)) + "\n")
        return
    fact = run_summary.fact
    if isinstance(fact, Report) and is_table:
        show(fact.plan, FactKind.PLAN, options.format)
        sys.stdout.write("\n")
    if fact:
        show(fact, FactKind.REPORT if isinstance(fact, Report) else FactKind.PLAN, options.format)
    for line in (*run_summary.complaints, *nightly.setback_lines(run_summary)):
        note(line)


def show_events(events: Sequence[Period | Write], form: str) -> None:
    """Write what happened to links."""
    from reconciler.views.runs import events as view

    stream = sys.stdout
    width = _width(stream.isatty())
    emit(view.render(form, events, width=width, color=_is_coloured(stream)), form, stream)


def emit(text: str, form: str = "table", stream: TextIO | None = None) -> None:
    """Write a result, in characters that the stream has."""
    stream = stream or sys.stdout
    stream.write(fitting(text, form, stream.encoding))
    stream.flush()


def fitting(text: str, form: str, encoding: str | None) -> str:
    """The text in characters that the encoding has, as far as its format can say them otherwise.

    form  what the text is written in: JSON and HTML have escapes of their own
    """
    if text.isascii() or (encoding or "utf-8").lower().startswith("utf"):
        return text
    if form == "json":
        return re.sub("[^\x00-\x7f]", lambda found: escaped(found[0]), text)
    if form == "html":
        return text.encode("ascii", "xmlcharrefreplace").decode()
    lacking = {char for char in _PLAIN if char in text and not _has(str(encoding), char)}
    return text.translate({ord(char): _PLAIN[char] for char in lacking})


_PLAIN = {"→": "->", "…": "...", "─": "-", "└": "`-", "├": "|-", "✓": "*", "·": "-", "•": "*"}
"""What tables are drawn with, for encodings that do not have it."""


def _has(encoding: str, char: str) -> bool:
    try:
        return bool(char.encode(encoding))
    except (UnicodeError, LookupError):
        return False


def note(text: str) -> None:
    """Say one line to whoever runs the command."""
    print(safe(text), file=sys.stderr)  # noqa: T201 - the one place for notes


_noted: set[str] = set()


def note_once(text: str) -> None:
    """Say one line, once in this process."""
    if text not in _noted:
        _noted.add(text)
        note(text)


def asks_here() -> bool:
    """Whether a person can be asked: only where both question and answer are on a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _is_coloured(stream: object) -> bool:
    is_terminal = bool(getattr(stream, "isatty", bool)())
    return is_terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def _width(is_terminal: bool) -> int:
    """Columns. In a pipe there is no edge to fold at."""
    return max(shutil.get_terminal_size().columns, NARROWEST) if is_terminal else 200
