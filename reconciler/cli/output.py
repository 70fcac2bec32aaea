"""Output of commands: results to stdout, everything else to stderr, no cursor control."""

import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from reconciler.cli.command_line.options import Options
from reconciler.cli.streams import escaped
from reconciler.core.history.run_summary import RunSummary
from reconciler.core.plan import Report
from reconciler.core.text import visible
from reconciler.views.formats import Format, View

NARROWEST = 40
"""The least width of a table, in columns. On a terminal with fewer, its lines wrap."""


def show(
    fact: object, view: View, form: Format, *, to_stderr: bool = False, is_full: bool = False
) -> None:
    """Write a result. `views.registry` says which fact each view renders.

    is_full  list every link of a table, also where many are alike
    """
    from reconciler.views.registry import render

    stream = sys.stderr if to_stderr else sys.stdout
    width, color = _width(stream), _is_coloured(stream)
    text = render(view, form, fact, width=width, color=color, is_full=is_full)
    emit(text, form, stream)


def show_edit(path: Path, before: bytes, after: bytes) -> None:
    """Write the changes of a file that is about to be written."""
    from reconciler.views.terminal.file_diff import render
    from reconciler.views.terminal.layout import Page

    was, will = (data.decode("utf-8-sig") for data in (before, after))
    emit(render(str(path), was, will, Page(color=_is_coloured(sys.stdout))))


def show_night(run_summary: RunSummary, options: Options) -> None:
    """Write the result of an unattended run; with --quiet one line, or none without news."""
    from reconciler.views.nightly import one_line

    if options.is_silent:
        if run_summary.has_news:
            emit(one_line.render(run_summary, str(options.config)) + "\n")
        return
    fact = run_summary.fact
    if isinstance(fact, Report) and options.is_table:
        show(fact.plan, View.PLAN, options.format, is_full=options.full)
        sys.stdout.write("\n")
    if fact:
        view = View.REPORT if isinstance(fact, Report) else View.PLAN
        show(fact, view, options.format, is_full=options.full)
    show_errors(run_summary.complaints)
    for line in one_line.side_failure_lines(run_summary):
        warn(line)


def emit(text: str, form: str = "table", stream: TextIO | None = None) -> None:
    """Write a result, in characters that the stream can encode."""
    stream = stream or sys.stdout
    stream.write(fitting(text, form, stream.encoding))
    stream.flush()


def fitting(text: str, form: str, encoding: str | None) -> str:
    """The text with replacements for characters that the encoding does not have.

    form  the format of the text: JSON and HTML have escapes of their own
    """
    if text.isascii() or (encoding or "utf-8").lower().startswith("utf"):
        return text
    if form == "json":
        return re.sub("[^\x00-\x7f]", lambda found: escaped(found[0]), text)
    if form == "html":
        return text.encode("ascii", "xmlcharrefreplace").decode()
    missing = {char for char in _PLAIN if char in text and not _has(str(encoding), char)}
    return text.translate({ord(char): _PLAIN[char] for char in missing})


_PLAIN = {"→": "->", "…": "...", "─": "-", "└": "`-", "├": "|-", "✓": "*", "·": "-", "•": "*"}
"""Replacements for the characters of tables."""


def _has(encoding: str, char: str) -> bool:
    try:
        return bool(char.encode(encoding))
    except (UnicodeError, LookupError):
        return False


def note(text: str) -> None:
    """Write one line to stderr."""
    print(visible(text), file=sys.stderr)  # noqa: T201 - the one place for notes


def warn(text: str) -> None:
    """Write one warning to stderr."""
    note(f"warning: {text}")


def show_errors(errors: Sequence[str]) -> None:
    """Write errors to stderr. Those of a file begin with their place in it, others with `error:`.

    Further lines of an error say where to find help.
    """
    for error in errors:
        first, *more = error.splitlines() or [""]
        note(first if _LOCATED.match(first) else f"error: {first}")
        for line in more:
            note(line)


_LOCATED = re.compile(r".+?:[0-9]+:[0-9]+: ")
"""The place of an error in a file: path, line and column."""


_warned: set[str] = set()


def warn_once(text: str) -> None:
    """Write one warning to stderr, once in this process."""
    if text not in _warned:
        _warned.add(text)
        warn(text)


def asks_here() -> bool:
    """Whether a person can be asked: stdin and stderr are both a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _is_coloured(stream: object) -> bool:
    is_terminal = bool(getattr(stream, "isatty", bool)())
    return is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _width(stream: TextIO) -> int:
    """Return the columns of a terminal; a pipe has no limit, so nothing is folded there."""
    from reconciler.views.terminal.layout import UNLIMITED

    return max(shutil.get_terminal_size().columns, NARROWEST) if stream.isatty() else UNLIMITED
