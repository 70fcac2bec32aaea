"""Where do the bars of the nights stand? The geometry of a chart, for a template to draw.

Shown is what is not in sync, so that a quiet year is a flat line. A date without a run is a gap: a
night that nobody looked is not a good night.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from reconciler.core.history.link_history import Health
from reconciler.core.history.overview import DailyHealth

HEIGHT = 100
"""The chart's own units, of which the width has one a date: the page stretches both."""

LEAST = 30
"""So many dates there are at least: three nights need no bars as broad as a door."""

_GAP = 0.15
_MARK = 1.5
"""The height of a night in which all was in sync: a mark that it was looked at."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle; `tone` is that of the badges."""

    x: float
    y: float
    width: float
    height: float
    tone: str


@dataclass(frozen=True, slots=True)
class ChartColumn:
    """One night: its bars from the ground up, and its numbers."""

    day: date
    drift: int
    unreadable: int
    in_sync: int
    left_alone: int
    bars: tuple[Bar, ...]

    @property
    def off(self) -> int:
        """How many links were not in sync."""
        return self.drift + self.unreadable


@dataclass(frozen=True, slots=True)
class Chart:
    """All nights, on a ground of `width` dates from `start` on; `most` is the full height."""

    columns: tuple[ChartColumn, ...]
    start: date
    width: int
    most: int

    @property
    def last(self) -> ChartColumn:
        """Today, or the newest night that there is."""
        return self.columns[-1]

    @property
    def worst(self) -> ChartColumn:
        """The night with the most links out of sync; the newest of several."""
        return max(self.columns, key=lambda column: (column.off, column.day))


def chart(nights: Sequence[DailyHealth]) -> Chart | None:
    """The chart of these nights, one a date, oldest first; None for fewer than two."""
    if len(nights) < 2:
        return None
    days = [night.at.astimezone(UTC).date() for night in nights]
    most = max(1, *(_off(night) for night in nights))
    start = min(days[0], days[-1] - timedelta(days=LEAST - 1))
    columns = tuple(
        _column(day, (day - start).days, night, most)
        for day, night in zip(days, nights, strict=True)
    )
    return Chart(columns, start, (days[-1] - start).days + 1, most)


def _column(day: date, slot: int, night: DailyHealth, most: int) -> ChartColumn:
    count = night.standings
    drift, unreadable = count.get(Health.DRIFT, 0), count.get(Health.UNREADABLE, 0)
    bars = []
    ground = float(HEIGHT)
    for number, tone in ((drift, "change"), (unreadable, "alarm")):
        if number:
            height = HEIGHT * number / most
            ground -= height
            bars.append(_bar(slot, ground, height, tone))
    bars = bars or [_bar(slot, HEIGHT - _MARK, _MARK, "good")]
    in_sync, left_alone = count.get(Health.IN_SYNC, 0), count.get(Health.LEFT_ALONE, 0)
    return ChartColumn(day, drift, unreadable, in_sync, left_alone, tuple(bars))


def _bar(slot: int, y: float, height: float, tone: str) -> Bar:
    return Bar(slot + _GAP / 2, round(y, 2), 1 - _GAP, round(height, 2), tone)


def _off(night: DailyHealth) -> int:
    count = night.standings
    return count.get(Health.DRIFT, 0) + count.get(Health.UNREADABLE, 0)
