"""The chart of 90 days: its dates, gaps and scales."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.history.link_history import Health
from reconciler.core.history.overview import DailyHealth
from reconciler.views.html.chart import DATES, HEIGHT, chart

END = datetime(2026, 11, 23, 2, tzinfo=UTC)


def daily(days_ago: int, in_sync: int, drift: int = 0, unreadable: int = 0) -> DailyHealth:
    counts = {Health.IN_SYNC: in_sync, Health.DRIFT: drift, Health.UNREADABLE: unreadable}
    return DailyHealth(END - timedelta(days=days_ago), counts)


def test_dates_without_a_run_are_gaps_and_break_the_line() -> None:
    """A gap is not bridged: nothing is known of its dates."""
    found = chart([daily(5, 10), daily(4, 9, 1), daily(1, 10), daily(0, 10)])
    assert found is not None
    assert found.gaps == ((0, 84), (86, 2))
    assert [(one.slot, two.slot) for one, two in found.lines] == [(84, 85), (88, 89)]
    assert found.start == date(2026, 8, 26)


def test_the_scale_begins_below_the_worst_share() -> None:
    """A percent that differs is visible, and 100 % is always the top."""
    found = chart([daily(1, 97, 2, 1), daily(0, 100)])
    assert found is not None
    assert (found.lowest, found.most, found.worst.percent) == (96, 4, 97)
    assert (found.days[0].y, found.days[1].y) == (75.0, 0.0)


def test_a_date_without_managed_links_has_nothing_out_of_sync() -> None:
    """Its number is where its line is."""
    found = chart([daily(1, 0), daily(0, 9, 1)])
    assert found is not None
    assert (found.days[0].percent, found.days[0].y) == (100, 0.0)


def test_older_dates_are_left_out_and_one_date_is_no_chart() -> None:
    """The chart covers 90 days."""
    assert chart([daily(95, 1), daily(0, 1)]) is None
    found = chart([daily(95, 0, 1), daily(89, 1), daily(0, 1)])
    assert found is not None
    assert [day.slot for day in found.days] == [0, 89]


@given(
    st.dictionaries(
        st.integers(0, 120), st.tuples(*[st.integers(0, 5000)] * 3), min_size=2, max_size=40
    )
)
def test_everything_is_inside_the_chart(numbers: dict[int, tuple[int, int, int]]) -> None:
    """Bars fit below the top, and gaps and dates with a run cover each slot once."""
    found = chart([daily(ago, *counts) for ago, counts in sorted(numbers.items(), reverse=True)])
    if found is None:
        return
    slots = [day.slot for day in found.days]
    slots += [first + n for first, dates in found.gaps for n in range(dates)]
    assert sorted(slots) == list(range(DATES))
    for day in found.days:
        assert 0 <= day.y <= HEIGHT
        assert all(bar.y >= -0.01 and bar.y + bar.height <= HEIGHT + 0.02 for bar in day.bars)
