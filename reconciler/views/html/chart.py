"""Chart of the last 90 days: a line for the share of links in sync, and bars for the others.

The two panels share their dates. A date without a run over all links is a gap: nothing is known of
it. Numbers here are ready for a template; x is in dates from the left, y from the top.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from itertools import pairwise

from reconciler.core.history.link_history import Health
from reconciler.core.history.overview import DailyHealth
from reconciler.core.inventory.customer_totals import percent

DATES = 90
"""The number of dates that the chart covers."""

HEIGHT = 100
"""The height of a panel in its own units; its width has one unit a date."""

_GAP = 0.2
_EDGE = 12
_STEPS = (2, 4, 10)
_PERCENT_STEPS = (50, 80, 90, 96, 98)


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle of `series` (`drift` or `unreadable`)."""

    series: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class ChartDay:
    """One date with a run: its place, its numbers, and its bars from the bottom up."""

    day: date
    slot: int
    drift: int
    unreadable: int
    in_sync: int
    left_alone: int
    y: float
    bars: tuple[Bar, ...]

    @property
    def off(self) -> int:
        """How many links were not in sync."""
        return self.drift + self.unreadable

    @property
    def percent(self) -> int:
        """The share of the managed links that was in sync, rounded down; 100 without any."""
        managed = self.in_sync + self.off
        return percent(self.in_sync, managed) if managed else 100


@dataclass(frozen=True, slots=True)
class Tick:
    """A date on the axis; `share` is its place in percent of the width."""

    share: float
    day: date


@dataclass(frozen=True, slots=True)
class Chart:
    """The dates from `start` on.

    days    the dates with a run, oldest first
    gaps    (first slot, number of dates) of each time without a run
    lines   pairs of neighbouring dates with a run, which a line joins
    lowest  the percentage at the bottom of the upper panel; 100 is its top
    most    the number of links at the top of the lower panel
    """

    days: tuple[ChartDay, ...]
    gaps: tuple[tuple[int, int], ...]
    lines: tuple[tuple[ChartDay, ChartDay], ...]
    ticks: tuple[Tick, ...]
    start: date
    width: int
    lowest: int
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
    """Return the chart of these dates, oldest first; None for fewer than two with links."""
    by_date = {daily.at.astimezone(UTC).date(): daily for daily in history if daily.standings}
    last = max(by_date, default=date.min)
    by_date = {day: by_date[day] for day in sorted(by_date) if (last - day).days < DATES}
    if len(by_date) < 2:
        return None
    start = last - timedelta(days=DATES - 1)
    lowest = _lowest(by_date.values())
    most = _rounded_up(max(_off(daily) for daily in by_date.values()))
    days = tuple(
        _day(day, (day - start).days, daily, lowest, most) for day, daily in by_date.items()
    )
    return Chart(
        days,
        _gaps([day.slot for day in days]),
        tuple(pair for pair in pairwise(days) if pair[1].slot - pair[0].slot == 1),
        _ticks(start, last),
        start,
        DATES,
        lowest,
        most,
    )


def _day(day: date, slot: int, daily: DailyHealth, lowest: int, most: int) -> ChartDay:
    count = daily.standings
    drift, unreadable = count.get(Health.DRIFT, 0), count.get(Health.UNREADABLE, 0)
    bars = []
    top = float(HEIGHT)
    for number, series in ((unreadable, "unreadable"), (drift, "drift")):
        if number:
            height = HEIGHT * number / most
            top -= height
            bars.append(Bar(series, slot + _GAP / 2, round(top, 2), 1 - _GAP, round(height, 2)))
    in_sync, left_alone = count.get(Health.IN_SYNC, 0), count.get(Health.LEFT_ALONE, 0)
    share = _share(daily)
    y = HEIGHT * (100 - share) / (100 - lowest)
    return ChartDay(day, slot, drift, unreadable, in_sync, left_alone, round(y, 2), tuple(bars))


def _share(daily: DailyHealth) -> float:
    """The share of the managed links that was in sync, in percent; 100 if there were none."""
    in_sync = daily.standings.get(Health.IN_SYNC, 0)
    managed = in_sync + _off(daily)
    return 100 * in_sync / managed if managed else 100.0


def _lowest(dailies: Iterable[DailyHealth]) -> int:
    least = min(map(_share, dailies))
    return max((step for step in _PERCENT_STEPS if step <= least), default=0)


def _rounded_up(most: int) -> int:
    """The smallest of 2, 4, 10, 20, 40, … that is at least `most`: half of it is whole."""
    power = 1
    while True:
        for step in _STEPS:
            if step * power >= most:
                return step * power
        power *= 10


def _gaps(slots: Sequence[int]) -> tuple[tuple[int, int], ...]:
    edges = [-1, *slots]
    return tuple(
        (before + 1, after - before - 1)
        for before, after in zip(edges, slots, strict=False)
        if after - before > 1
    )


def _ticks(start: date, last: date) -> tuple[Tick, ...]:
    """The first day of each month, but for those whose labels would touch the ends."""
    days = [start + timedelta(days=n) for n in range((last - start).days + 1)]
    return tuple(
        Tick(round(100 * (n + 0.5) / len(days), 2), day)
        for n, day in enumerate(days)
        if day.day == 1 and _EDGE <= n < len(days) - _EDGE
    )


def _off(daily: DailyHealth) -> int:
    count = daily.standings
    return count.get(Health.DRIFT, 0) + count.get(Health.UNREADABLE, 0)
