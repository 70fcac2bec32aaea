"""Changes since an earlier time, and the time of the last run."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from reconciler.core.history.changes_since import (
    ChangeKind,
    changes_since,
    count_days,
    daily_runs,
    latest_noon,
)
from reconciler.core.history.link_history import Observation, Period
from reconciler.core.history.recording import RecordedRun
from tests.core.test_link_history import at, failed, observation
from tests.core.worlds import OLD
from tests.periods import periods_of

KEY = ("Fabrikam", "automation")
SINCE = at(1) + timedelta(hours=10)


def change_of(*observations: Observation) -> tuple[ChangeKind, int] | None:
    """The change of a link with these observations on days 0, 1, …; the last one is now."""
    *earlier, now = observations

    def newest(until: datetime) -> dict[tuple[str, str], Period]:
        periods = periods_of([s for s in earlier if s.at <= until])
        return {KEY: periods[-1]} if periods else {}

    items = changes_since(SINCE, newest(SINCE), newest(at(99)), [now]).items
    return (items[0].kind, items[0].days) if items else None


@pytest.mark.parametrize(
    ("observations", "expected"),
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
def test_each_link_has_one_kind_of_change(
    observations: tuple[Observation, ...], expected: tuple[ChangeKind, int] | None
) -> None:
    """A problem from before that time is `still`, a later one is `new`."""
    assert change_of(*observations) == expected


def test_changes_are_unknown_before_the_history_began() -> None:
    """`is_known` is false if the history has nothing from before that time."""
    assert not changes_since(SINCE, {}, {}, [observation(2)]).is_known


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("23T02:00", "22T12:00"), ("23T11:59", "22T12:00"), ("23T12:00", "23T12:00")],
)
def test_a_nightly_run_is_dated_from_noon_to_noon(clock: str, expected: str) -> None:
    """A nightly run and a user in the morning see the same changes."""
    zone = timezone(timedelta(hours=2))
    asked = datetime.fromisoformat(f"2026-11-{clock}:00").replace(tzinfo=zone)
    assert latest_noon(asked) == datetime.fromisoformat(f"2026-11-{expected}:00+02:00")


def test_since_and_until_are_dates() -> None:
    """Both dates count, in UTC."""
    assert count_days(at(0), at(0)) == 1
    assert count_days(at(0), at(2)) == 3


def test_a_chart_has_one_point_for_each_date() -> None:
    """The last run of the whole file on each date counts; other runs do not."""

    def run(name: str, at: datetime, *, is_whole: bool = True) -> RecordedRun:
        return RecordedRun(name, "plan", at, "1", "sha256:00", 0, is_whole, {})

    runs = [
        run("a", datetime(2026, 11, 20, 2, tzinfo=UTC)),
        run("b", datetime(2026, 11, 20, 9, tzinfo=UTC)),
        run("c", datetime(2026, 11, 20, 10, tzinfo=UTC), is_whole=False),
        run("d", datetime(2026, 11, 22, 2, tzinfo=UTC)),
    ]
    assert [r.id for r in daily_runs(runs)] == ["b", "d"]
