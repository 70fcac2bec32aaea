"""Verification of a journal: the first line that is edited, missing or broken."""

from dataclasses import dataclass
from pathlib import Path

from reconciler.store.journal import START, TORN_END, line_digest, parse_line
from reconciler.store.journal_file import read_lines


@dataclass(frozen=True, slots=True)
class JournalCheck:
    """The result of a verification.

    lines      the number of lines
    last       the digest of the last whole line, to compare with the one in the last report
    is_torn    a crash left an incomplete line at the end; the next run seals it
    error      the first error, or None
    """

    lines: int
    last: str
    is_torn: bool
    error: str | None


def verify(path: Path, ends_with: str | None = None) -> JournalCheck:
    """Find the first line of a journal that is edited, missing or broken.

    ends_with  the digest that the last line must have; without it, an edit of that line and lines
               that were removed at the end are not detected

    Raises `RunFailed` if the journal cannot be read.
    """
    check = _walk(path)
    if check.error or ends_with in (None, check.last):
        return check
    if ends_with in map(line_digest, read_lines(path)):
        why = "more lines follow that one, from a later run"
    else:
        why = "the last line was edited, or lines were removed at the end"
    what = f"the last line has the digest {check.last}, not {ends_with}: {why}"
    return JournalCheck(check.lines, check.last, check.is_torn, what)


def _walk(path: Path) -> JournalCheck:
    last, number, torn = START, 0, b""
    for number, raw in enumerate(read_lines(path), start=1):
        line = parse_line(raw)
        if line is None:
            torn += raw
            continue
        if line.get("prev") != last:
            what = (
                f"line {number} does not follow line {number - 1}: a line was edited or is missing"
            )
            return JournalCheck(number, last, False, what)
        sealed = line.get("torn") if line.get("event") == "sealed" else None
        if sealed != (line_digest(torn) if torn else None):
            what = f"line {number - 1} is not a journal line, or a line after it is missing"
            return JournalCheck(number, last, False, what)
        last, torn = line_digest(raw), b""
    # A crash leaves the beginning of a line and never its end, except the end that a seal adds.
    if torn.endswith(b"\n") and not torn.endswith(TORN_END):
        return JournalCheck(number, last, False, f"line {number} is not a journal line: edited")
    return JournalCheck(number, last, bool(torn), None)
