"""How does a link stand, in a word and a tone? The word always goes with the colour.

Tones: `good` as wanted, `change` to be written, `alarm` somebody has to look, `quiet` left alone.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.core.links import WRITES
from reconciler.core.results import CONVERGED
from reconciler.views.rows import QUIET, Row


@dataclass(frozen=True, slots=True)
class Badge:
    """A standing in a word, with the sign that the other views use for it."""

    word: str
    tone: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many links have one standing."""

    word: str
    tone: str
    count: int


def planned(row: Row) -> Badge:
    """What is to be done about the link: `update`, or why nothing is."""
    if row.action in WRITES:
        return Badge(row.action.value, "change", row.symbol)
    return _unwritten(row)


def became(row: Row) -> Badge:
    """What became of the link in a run that writes: `applied`."""
    if row.outcome:
        is_good = row.outcome in CONVERGED
        return Badge(row.word, "good" if is_good else "alarm", row.symbol)
    if row.action in WRITES:
        return Badge(row.word, "change", row.symbol)
    return _unwritten(row)


def health(row: Row) -> Badge:
    """How it stands where nothing is about to be written: drift, whatever would mend it."""
    return Badge("drift", "change", "~") if row.action in WRITES else _unwritten(row)


def tallies(badges: Iterable[Badge]) -> list[Tally]:
    """The standings that there are: what needs somebody first, what is in sync last."""
    counts = Counter((found.word, found.tone) for found in badges)
    found = [Tally(*key, count) for key, count in counts.items()]
    return sorted(found, key=_urgency)


def by_urgency(rows: Iterable[tuple[Row, Badge]]) -> list[tuple[Row, Badge]]:
    """The rows with what needs somebody first; equal ones stay in the file's order."""
    return sorted(rows, key=lambda pair: _urgency(pair[1])[0])


def _unwritten(row: Row) -> Badge:
    if row.is_in_sync:
        return Badge("in sync", "good", "✓")
    return Badge(row.word, "quiet" if row.action in QUIET else "alarm", row.symbol)


def _urgency(found: Badge | Tally) -> tuple[int, str]:
    return ("alarm", "change", "quiet", "good").index(found.tone), found.word
