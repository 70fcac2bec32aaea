"""Timeline of one link: its observed periods and its writes, newest first."""

from dataclasses import dataclass
from datetime import datetime

from reconciler.core.history.link_history import Health, Observation, Period, Write
from reconciler.core.history.overview import LinkTimeline
from reconciler.core.links import Action
from reconciler.core.results import CONVERGED

MOST, FEWEST = 20, 4
"""How many entries are shown for one link; the others are counted."""

_MOST_OF_ALL = 20_000
"""How many entries a page has at most, unless each link has only a few."""

_TONES = {
    Health.IN_SYNC: "good",
    Health.DRIFT: "change",
    Health.UNREADABLE: "alarm",
    Health.LEFT_ALONE: "quiet",
}


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of a timeline.

    until  the last time it was observed; None for a write
    """

    at: datetime
    until: datetime | None
    word: str
    tone: str
    text: str

    @property
    def is_one_day(self) -> bool:
        """Whether it began and was last observed on one date."""
        return self.until is None or self.until.date() == self.at.date()


@dataclass(frozen=True, slots=True)
class Timeline:
    """The newest entries of one link, and how many older ones are not shown."""

    entries: tuple[TimelineEntry, ...]
    left_out: int


def timeline_limit(links: int) -> int:
    """Return how many entries each link may have on a page with so many links."""
    return max(FEWEST, min(MOST, _MOST_OF_ALL // max(1, links)))


def timeline(link_timeline: LinkTimeline, most: int = MOST) -> Timeline:
    """Return the timeline of a link.

    most  the number of entries to show
    """
    entries = [*map(_observed, link_timeline.periods), *map(_written, link_timeline.writes)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return Timeline(tuple(entries[:most]), max(0, len(entries) - most))


def _observed(period: Period) -> TimelineEntry:
    observation = period.observation
    word = observation.health.value.replace("_", " ")
    if observation.health is Health.LEFT_ALONE or observation.action is Action.CONFLICT:
        word = observation.action.value
    tone = "alarm" if observation.action is Action.CONFLICT else _TONES[observation.health]
    return TimelineEntry(period.first_at, period.last_at, word, tone, _text(observation))


def _text(observation: Observation) -> str:
    if observation.problem:
        return observation.problem
    if observation.state is None:
        return "not read"
    if observation.partner_id is None:
        link = "not linked"
    else:
        name = f" ({observation.partner_name})" if observation.partner_name else ""
        link = f"linked to {observation.partner_id}{name}"
    if observation.health is not Health.DRIFT:
        return link
    return f"{link}; wanted: {observation.wanted_partner_id or 'no link'}"


def _written(write: Write) -> TimelineEntry:
    before, after = (partner_id or "not linked" for partner_id in (write.before, write.after))
    outcome = write.outcome.value if write.outcome else "interrupted"
    tone = "good" if write.outcome in CONVERGED else "alarm"
    return TimelineEntry(write.at, None, outcome, tone, f"{write.action}: {before} → {after}")
