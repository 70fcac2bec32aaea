"""How does a terminal show why something is not as wanted, and what to do about it?"""

from collections.abc import Iterator, Sequence

from reconciler.core.findings import Finding
from reconciler.core.text import visible
from reconciler.views.grouping import CauseGroup, group_findings, group_rows, member_label
from reconciler.views.rows import QUIET, SYMBOLS, Cause, Row
from reconciler.views.terminal.layout import Cell, Page

INDENT = " " * 7
_TEXT = len("  ?  ")
_HINT = INDENT + "-> "

_QUIET_SYMBOLS = {action.value: SYMBOLS[action] for action in QUIET}


def cause_lines(page: Page, cause: Cause) -> Iterator[str]:
    """The reason under a row, with its hint and Azure's ID for a support case."""
    yield from page.note(visible(with_code(cause, cause.message)), lead=INDENT)
    yield from _remedy(page, cause)


def group_lines(page: Page, group: CauseGroup) -> Iterator[str]:
    """One cause that several links share: said once, then the links."""
    cause = group.cause
    quiet = _QUIET_SYMBOLS.get(cause.label)
    symbol = quiet or ("?" if cause.label == "unreadable" else "!")
    style = "quiet" if quiet else "alarm"
    text = f"{len(group.entries)} {cause.label}"
    if not quiet:
        text += f": {with_code(cause, group.message)}"
    cells = [Cell(symbol, style), Cell(visible(text), style)]
    yield from page.row(cells, [1, page.width - _TEXT])
    yield from _remedy(page, cause)
    yield from page.note(visible(group.named()), lead=INDENT, style="quiet")


def problem_lines(page: Page, rows: Sequence[Row]) -> Iterator[str]:
    """Under an inventory: every cause once, with the links that have it."""
    groups = [group for group in group_rows(rows) if not group.cause.is_quiet]
    if groups:
        yield from ("", page.paint("Problems:", "strong"))
    for group in groups:
        yield from group_lines(page, group)


def finding_lines(page: Page, findings: Sequence[Finding]) -> Iterator[str]:
    """What should be looked at though no link has to change, each with its hint."""
    if findings:
        yield from ("", page.paint("Worth a look:", "strong"))
    for group in group_findings(findings):
        if group.is_said_once:
            yield from _finding(page, f"{len(group.entries)} times", group.message, group.cause)
            yield from page.note(visible(group.named()), lead=INDENT, style="quiet")
            continue
        for cause, member in group.entries:
            yield from _finding(page, member_label(member), cause.message, cause)


def with_code(cause: Cause, message: str) -> str:
    """The message behind its code, the word to search for, unless the label says it already."""
    return message if cause.code == cause.label else f"{cause.code}: {message}"


def _finding(page: Page, about: str, message: str, cause: Cause) -> Iterator[str]:
    head = ", ".join(part for part in (cause.code, about) if part)
    yield from page.note(visible(f"{head}: {message}"), lead="  ")
    yield from _remedy(page, cause)


def _remedy(page: Page, cause: Cause) -> Iterator[str]:
    if cause.hint:
        yield from page.note(visible(cause.hint), lead=_HINT)
    if cause.correlation_id:
        yield from page.note(visible(f"correlation ID {cause.correlation_id}"), lead=INDENT)
