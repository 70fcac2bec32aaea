"""Terminal lines for causes and findings: what is wrong, where, and what to do about it."""

from collections.abc import Iterator, Sequence

from reconciler.core.findings import Finding
from reconciler.core.plan import Plan
from reconciler.core.text import visible
from reconciler.views.changes_since import change_lines, changes_of, heading
from reconciler.views.grouping import (
    NAMED,
    CauseGroup,
    attention_groups,
    group_findings,
    member_label,
)
from reconciler.views.rows import QUIET, SYMBOLS, Cause, Row
from reconciler.views.terminal.layout import FIXED, Cell, Page, text_column

FULL = "--full lists all"
"""How the reader of a table finds what it leaves out."""

INDENT = " " * 7
_HINT = INDENT + "-> "

_QUIET_SYMBOLS = {action.value: SYMBOLS[action] for action in QUIET}


def cause_lines(page: Page, cause: Cause) -> Iterator[str]:
    """Yield the reason under a row, with its hint and Azure's ID for a support case."""
    yield from page.note(visible(with_code(cause)), lead=INDENT)
    yield from _remedy(page, cause)


def correlation_lines(page: Page, correlation_id: str | None) -> Iterator[str]:
    """Yield Azure's ID of a write for a support case, if there is one."""
    if correlation_id:
        yield from page.note(visible(f"correlation ID {correlation_id}"), lead=INDENT)


def group_lines(page: Page, group: CauseGroup, where: str = FULL) -> Iterator[str]:
    """Yield one cause that several links share, then the links.

    where  how the reader finds the links that are not named
    """
    cause = group.cause
    quiet = _QUIET_SYMBOLS.get(cause.label)
    symbol = quiet or ("?" if cause.label in ("unreadable", "not read") else "!")
    style = "quiet" if quiet else "alarm"
    text = group.counted
    if not quiet:
        text += f": {with_code(cause)}"
    for lines in page.table(
        [[Cell(symbol, style), Cell(visible(text), style)]], (FIXED, text_column())
    ):
        yield from lines
    yield from _remedy(page, cause)
    yield from page.note(visible(_named(page, group, where)), lead=INDENT, style="quiet")


def problem_lines(
    page: Page, rows: Sequence[Row], where: str = "all are in the list above"
) -> Iterator[str]:
    """Yield each cause once under an inventory, with the links that have it.

    where  how the reader finds the links that are not named
    """
    groups = attention_groups(rows)
    if groups:
        yield from ("", page.paint("Problems:", "strong"))
    for group in groups:
        yield from group_lines(page, group, where)


def finding_lines(page: Page, findings: Sequence[Finding], where: str = FULL) -> Iterator[str]:
    """Yield the findings, each with its hint. They need no change but deserve attention."""
    if findings:
        yield from ("", page.paint("Findings:", "strong"))
    for group in group_findings(findings):
        if group.is_said_once:
            yield from _finding(page, group.counted, group.cause)
            yield from page.note(visible(_named(page, group, where)), lead=INDENT, style="quiet")
            continue
        for cause, member in group.entries:
            yield from _finding(page, member_label(member), cause)


def with_code(cause: Cause) -> str:
    """Return the message after its code, the word to search for, unless the label says it."""
    return cause.message if cause.code == cause.label else f"{cause.code}: {cause.message}"


def _named(page: Page, group: CauseGroup, where: str) -> str:
    return group.named(where, len(group.entries) if page.is_full else NAMED)


def _finding(page: Page, about: str, cause: Cause) -> Iterator[str]:
    head = ", ".join(part for part in (cause.code, about) if part)
    yield from page.note(visible(f"{head}: {cause.message}"), lead="  ")
    yield from _remedy(page, cause)


def _remedy(page: Page, cause: Cause) -> Iterator[str]:
    if cause.hint:
        yield from page.note(visible(cause.hint), lead=_HINT)
    yield from correlation_lines(page, cause.correlation_id)


def changes_since_lines(page: Page, plan: Plan) -> Iterator[str]:
    """Yield the changes since a moment, if they were asked for."""
    since = changes_of(plan)
    if since:
        yield from ("", page.paint(f"{heading(since)}:", "strong"))
        for line in change_lines(since):
            yield from page.note(visible(line), lead="  ")
