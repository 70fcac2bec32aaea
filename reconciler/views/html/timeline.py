"""What happened to one link, in words: its periods and its writes, newest first."""

from dataclasses import dataclass
from datetime import datetime

from reconciler.core.history import Period, Sight, Standing, Write
from reconciler.core.links import Action
from reconciler.core.overview import Course
from reconciler.core.results import CONVERGED

MOST = 20
"""Entries that are shown of one link; the others are counted."""

_TONES = {
    Standing.IN_SYNC: "good",
    Standing.DRIFT: "change",
    Standing.UNREADABLE: "alarm",
    Standing.LEFT_ALONE: "quiet",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline.

    until  the last time that it was seen so; None for a write, which is a moment
    """

    at: datetime
    until: datetime | None
    word: str
    tone: str
    text: str

    @property
    def is_one_day(self) -> bool:
        """Whether it began and was last seen on one date."""
        return self.until is None or self.until.date() == self.at.date()


@dataclass(frozen=True, slots=True)
class Timeline:
    """The newest entries of one link, and how many older ones are not shown."""

    entries: tuple[Entry, ...]
    left_out: int


def timeline(course: Course) -> Timeline:
    """Tell a link's course."""
    told = [*map(_seen, course.periods), *map(_written, course.writes)]
    told.sort(key=lambda entry: entry.at, reverse=True)
    return Timeline(tuple(told[:MOST]), max(0, len(told) - MOST))


def _seen(period: Period) -> Entry:
    sight = period.sight
    word = sight.standing.value.replace("_", " ")
    if sight.standing is Standing.LEFT_ALONE or sight.action is Action.CONFLICT:
        word = sight.action.value
    tone = "alarm" if sight.action is Action.CONFLICT else _TONES[sight.standing]
    return Entry(period.first_at, period.last_at, word, tone, _what(sight))


def _what(sight: Sight) -> str:
    if sight.problem:
        return sight.problem
    if sight.state is None:
        return "not read"
    if sight.partner_id is None:
        have = "not linked"
    else:
        name = f" ({sight.partner_name})" if sight.partner_name else ""
        have = f"linked to {sight.partner_id}{name}"
    if sight.standing is not Standing.DRIFT:
        return have
    return f"{have}; {sight.wanted_partner_id or 'no link'} is wanted"


def _written(write: Write) -> Entry:
    before, after = (partner_id or "not linked" for partner_id in (write.before, write.after))
    outcome = write.outcome.value if write.outcome else "cut short"
    tone = "good" if write.outcome in CONVERGED else "alarm"
    return Entry(write.at, None, outcome, tone, f"{write.action}: {before} → {after}")
