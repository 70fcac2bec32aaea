"""What is new since a night, and which night is last night."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from reconciler.core.history.changes_since import (
    ChangeKind,
    changes_since,
    count_days,
    daily_runs,
    latest_noon,
)
from reconciler.core.history.link_history import Observation, Period, periods_of
from reconciler.core.history.recording import RecordedRun
from tests.core.test_link_history import failed, night, observation
from tests.core.worlds import OLD

KEY = ("Fabrikam", "automation")
SINCE = night(1) + timedelta(hours=10)


def told(*nights: Observation) -> tuple[ChangeKind, int] | None:
    """The news of a link that was seen so on nights 0, 1, … and that is seen as the last now."""
    *earlier, now = nights

    def newest(until: datetime) -> dict[tuple[str, str], Period]:
        lived = periods_of([s for s in earlier if s.at <= until])
        return {KEY: lived[-1]} if lived else {}

    items = changes_since(SINCE, newest(SINCE), newest(night(99)), [now]).items
    return (items[0].kind, items[0].days) if items else None


@pytest.mark.parametrize(
    ("nights", "expected"),
    [
        ((observation(0), observation(1), observation(2)), None),
        ((observation(0), observation(1), observation(2, OLD)), (ChangeKind.NEW_DRIFT, 1)),
        ((observation(0), observation(1, OLD), observation(2, OLD)), (ChangeKind.STILL_DRIFT, 2)),
        ((observation(0), observation(1, OLD), observation(2)), (ChangeKind.RECOVERED, 1)),
        ((observation(0), failed(1), observation(2)), (ChangeKind.RECOVERED, 1)),
        ((observation(0), observation(1), failed(2)), (ChangeKind.NEWLY_UNREADABLE, 1)),
        ((failed(0), failed(1, "throttled"), failed(2)), (ChangeKind.STILL_UNREADABLE, 3)),
        ((failed(0), failed(1), observation(2, OLD)), (ChangeKind.NEW_DRIFT, 1)),
        ((observation(2),), None),
        ((observation(2, OLD),), (ChangeKind.NEW_DRIFT, 1)),
        ((failed(2),), (ChangeKind.NEWLY_UNREADABLE, 1)),
        ((observation(0), observation(1), failed(2), failed(3)), (ChangeKind.NEWLY_UNREADABLE, 2)),
        ((failed(1), observation(2), failed(3)), (ChangeKind.NEWLY_UNREADABLE, 1)),
    ],
)
def test_each_link_has_one_piece_of_news(
    nights: tuple[Observation, ...], expected: tuple[ChangeKind, int] | None
) -> None:
    """What was so before the moment is still so; what began after it is new."""
    assert told(*nights) == expected


def test_a_history_that_began_later_says_so() -> None:
    """Compared with nothing, everything would look new."""
    assert not changes_since(SINCE, {}, {}, [observation(2)]).is_known


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("23T02:00", "22T12:00"), ("23T11:59", "22T12:00"), ("23T12:00", "23T12:00")],
)
def test_a_night_goes_from_noon_to_noon(clock: str, expected: str) -> None:
    """So who asks again in the morning gets the news that the nightly run told."""
    zone = timezone(timedelta(hours=2))
    asked = datetime.fromisoformat(f"2026-11-{clock}:00").replace(tzinfo=zone)
    assert latest_noon(asked) == datetime.fromisoformat(f"2026-11-{expected}:00+02:00")


def test_nights_are_dates() -> None:
    """Both ends count, in UTC."""
    assert count_days(night(0), night(0)) == 1
    assert count_days(night(0), night(2)) == 3


def test_a_chart_has_one_point_a_night() -> None:
    """The last whole run of a date stands for it; a part of the file is no night."""

    def run(name: str, at: datetime, *, is_whole: bool = True) -> RecordedRun:
        return RecordedRun(name, "plan", at, "1", "sha256:00", 0, is_whole, {})

    runs = [
        run("a", datetime(2026, 11, 20, 2, tzinfo=UTC)),
        run("b", datetime(2026, 11, 20, 9, tzinfo=UTC)),
        run("c", datetime(2026, 11, 20, 10, tzinfo=UTC), is_whole=False),
        run("d", datetime(2026, 11, 22, 2, tzinfo=UTC)),
    ]
    assert [r.id for r in daily_runs(runs)] == ["b", "d"]
