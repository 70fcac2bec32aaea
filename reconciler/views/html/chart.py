"""Chart of the links out of sync by date: its bars and numbers, for a template to draw.

A date without a run is a gap: nothing is known of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from reconciler.core.history.link_history import Health
from reconciler.core.history.overview import DailyHealth

HEIGHT = 100
"""The height in the chart's own units. Its width has one unit a date; the page stretches both."""

LEAST_DATES = 30
"""The smallest number of dates, so that a few runs do not get very wide bars."""

_GAP = 0.15
_MARK = 1.5
"""The height of the mark of a run in which every link was in sync."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle; `tone` is that of the badges."""

    x: float
    y: float
    width: float
    height: float
    tone: str


@dataclass(frozen=True, slots=True)
class ChartDay:
    """One date: its bars from the bottom up, and its numbers."""

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
    """All dates with a run, over `width` dates from `start`; `most` links are the full height."""

    days: tuple[ChartDay, ...]
    start: date
    width: int
    most: int

    @property
    def last(self) -> ChartDay:
        """The newest date."""
        return self.days[-1]

    @property
    def worst(self) -> ChartDay:
        """The date with the most links out of sync; the newest of several."""
        return max(self.days, key=lambda day: (day.off, day.day))


def chart(history: Sequence[DailyHealth]) -> Chart | None:
    """Return the chart of these dates, oldest first; None for fewer than two."""
    if len(history) < 2:
        return None
    dates = [daily.at.astimezone(UTC).date() for daily in history]
    most = max(1, *(_off(daily) for daily in history))
    start = min(dates[0], dates[-1] - timedelta(days=LEAST_DATES - 1))
    days = tuple(
        _day(day, (day - start).days, daily, most)
        for day, daily in zip(dates, history, strict=True)
    )
    return Chart(days, start, (dates[-1] - start).days + 1, most)


def _day(day: date, slot: int, daily: DailyHealth, most: int) -> ChartDay:
    count = daily.standings
    drift, unreadable = count.get(Health.DRIFT, 0), count.get(Health.UNREADABLE, 0)
    bars = []
    top = float(HEIGHT)
    for number, tone in ((drift, "change"), (unreadable, "alarm")):
        if number:
            height = HEIGHT * number / most
            top -= height
            bars.append(_bar(slot, top, height, tone))
    bars = bars or [_bar(slot, HEIGHT - _MARK, _MARK, "good")]
    in_sync, left_alone = count.get(Health.IN_SYNC, 0), count.get(Health.LEFT_ALONE, 0)
    return ChartDay(day, drift, unreadable, in_sync, left_alone, tuple(bars))


def _bar(slot: int, y: float, height: float, tone: str) -> Bar:
    return Bar(slot + _GAP / 2, round(y, 2), 1 - _GAP, round(height, 2), tone)


def _off(daily: DailyHealth) -> int:
    count = daily.standings
    return count.get(Health.DRIFT, 0) + count.get(Health.UNREADABLE, 0)
