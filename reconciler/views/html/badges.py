"""Badges: the state of a link as a word with a tone. The colour never appears without the word.

Tones: `good` as wanted, `change` to be written, `alarm` a person has to act, `quiet` left alone.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.core.links import WRITES
from reconciler.core.results import CONVERGED
from reconciler.views.rows import QUIET, Row


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in a word, with the symbol that the other views use for it.

    symbol  empty for a link in sync: most rows of a page are, and the style has its symbol
    """

    word: str
    tone: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many links have one state."""

    word: str
    tone: str
    count: int


def planned(row: Row) -> Badge:
    """Return what is to be done about the link, such as `update`, or why nothing is."""
    if row.action in WRITES:
        return Badge(row.action.value, "change", row.symbol)
    return _unwritten(row)


def result(row: Row) -> Badge:
    """Return the link's outcome in a run that writes, such as `applied`."""
    if row.outcome:
        is_good = row.outcome in CONVERGED
        return Badge(row.word, "good" if is_good else "alarm", row.symbol)
    if row.action in WRITES:
        return Badge(row.word, "change", row.symbol)
    return _unwritten(row)


def health(row: Row) -> Badge:
    """Return the link's state where nothing is about to be written; every difference is drift."""
    return Badge("drift", "change", "~") if row.action in WRITES else _unwritten(row)


def tallies(badges: Iterable[Badge]) -> list[Tally]:
    """Count the states, the most urgent first."""
    counts = Counter((badge.word, badge.tone) for badge in badges)
    found = [Tally(*key, count) for key, count in counts.items()]
    return sorted(found, key=_urgency)


def by_urgency(rows: Iterable[tuple[Row, Badge]]) -> list[tuple[Row, Badge]]:
    """Sort the rows by state, the most urgent first; rows of one state stay in file order."""
    return sorted(rows, key=lambda pair: _urgency(pair[1]))


def _unwritten(row: Row) -> Badge:
    if row.is_in_sync:
        return Badge("in sync", "good", "")
    return Badge(row.word, "quiet" if row.action in QUIET else "alarm", row.symbol)


def _urgency(badge: Badge | Tally) -> tuple[int, str]:
    return ("alarm", "change", "quiet", "good").index(badge.tone), badge.word
