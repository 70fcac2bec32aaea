"""Recorded runs can be read again, and a run without changes adds almost nothing."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from reconciler.core.customers.directories import newest
from reconciler.core.errors import RunFailed
from reconciler.core.history.link_history import Health, Observation
from reconciler.core.history.overview import PastRuns
from reconciler.store.history.repository import HistoryRepository, open_own
from reconciler.store.history.writer import PORTION
from tests.periods import periods_of
from tests.store.history.runs import at, checked, drifted, failed, in_sync, recording, written


def rows(path: Path, table: str) -> int:
    """The number of rows of a table in the file."""
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_a_run_is_found_again(repository: HistoryRepository) -> None:
    """With its counts, in order of time."""
    recordings = [recording(0, in_sync(0)), recording(1, drifted(1), failed(1, 2))]
    for each in recordings:
        repository.record(each)
    assert repository.runs() == tuple(each.run for each in recordings)
    assert repository.runs(since=at(1)) == (recordings[1].run,)


def test_the_periods_of_a_link_follow_from_its_observations(repository: HistoryRepository) -> None:
    """The stored periods equal those that core computes from the same runs."""
    observations = [in_sync(0), in_sync(1), failed(2), failed(3), drifted(4), in_sync(5)]
    for number, observation in enumerate(observations):
        writes = (written(5),) if number == 5 else ()
        repository.record(recording(number, observation, writes=writes))
    link_history = repository.link_history("C1", "app")
    assert link_history.periods == periods_of(observations)
    assert link_history.writes == (written(5),)
    assert repository.latest() == {("C1", "app"): link_history.periods[-1]}
    assert repository.periods(at(4)) == link_history.periods[2:]
    assert repository.writes(at(5)) == link_history.writes
    assert repository.links() == (("C1", "app"),)


def test_a_run_without_changes_adds_no_period(path: Path) -> None:
    """Only the run itself adds a row."""
    with closing(open_own(path)) as repository:
        for number in range(5):
            repository.record(recording(number, *(in_sync(number, n) for n in range(20))))
    assert (rows(path, "runs"), rows(path, "periods")) == (5, 20)


def test_two_observations_at_one_time_are_both_kept(repository: HistoryRepository) -> None:
    """The second one begins a period of its own, although its time is not later."""
    observations = [in_sync(0), drifted(0)]
    for number, observation in enumerate(observations):
        repository.record(recording(number, observation))
    assert repository.link_history("C1", "app").periods == periods_of(observations)
    assert repository.latest()["C1", "app"].health is Health.DRIFT


@pytest.mark.parametrize("late", [in_sync(0), drifted(0)])
def test_a_run_that_is_recorded_late_does_not_become_the_newest(
    repository: HistoryRepository, late: Observation
) -> None:
    """Of two runs at once, the one that began first may be recorded last."""
    repository.record(recording(1, in_sync(1)))
    newest = repository.latest()
    repository.record(recording(0, late))
    assert repository.latest() == newest
    assert [period.first_at for period in repository.periods()] == [at(0), at(1)]


@pytest.mark.parametrize("column", ["action", "state"])
def test_a_value_of_a_newer_release_makes_the_history_unreadable(path: Path, column: str) -> None:
    """It is an error that a run survives, and it says what to do."""
    with closing(open_own(path)) as repository:
        repository.record(recording(0, in_sync(0)))
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(f"UPDATE periods SET {column} = 'paused'")
        with pytest.raises(RunFailed, match=r"'paused' is not a valid .*upgrade pal-reconcile"):
            repository.latest()
        with pytest.raises(RunFailed, match="upgrade pal-reconcile"):
            repository.record(recording(1, in_sync(1)))


def test_a_run_of_more_links_than_are_written_at_once_is_recorded_whole(path: Path) -> None:
    """Links are written in portions; each link gets its period and its end."""
    links = range(PORTION + 2)
    with closing(open_own(path)) as repository:
        repository.record(recording(0, *(in_sync(0, n) for n in links)))
        repository.record(recording(1, *(in_sync(1, n) for n in links)))
        repository.record(recording(2, *(drifted(2, n) for n in links)))
        latest = repository.latest()
    assert {latest[f"C{n}", "app"].health for n in links} == {Health.DRIFT}
    assert rows(path, "periods") == 2 * len(links)


@pytest.mark.parametrize("first", [-1, 0, 3, 7])
def test_a_report_reads_all_periods_that_it_needs_at_once(
    repository: HistoryRepository, first: int
) -> None:
    """The periods from a time on tell each link's newest one, and the one at any later time.

    The runs end in another order than they read.
    """
    chance = Random(first)
    for day in (0, 3, 1, 2, 5, 4, 6):
        links = chance.sample(range(30), 20)
        seen = (chance.choice((in_sync, drifted, failed))(day, n) for n in links)
        repository.record(recording(day, *seen))
    periods = repository.periods_from(at(first))
    assert sorted(periods, key=lambda period: period.first_at) == list(periods)
    for day in range(first, 8):
        past = PastRuns(at(day), (), periods, ())
        assert past.before() == repository.as_of(at(day))
        assert past.latest() == repository.latest()


def test_equal_texts_and_times_are_one_object(repository: HistoryRepository) -> None:
    """They are most of the memory of a report."""
    repository.record(recording(0, in_sync(0), in_sync(0, 2)))
    one, two = repository.latest()["C1", "app"], repository.latest()["C2", "app"]
    again = repository.as_of(at(1))["C1", "app"]
    assert one.observation.tenant_id is again.observation.tenant_id
    assert one.observation.partner_name is two.observation.partner_name
    assert one.read_partner_id is two.observation.partner_id
    assert one.last_at is again.first_at


def test_an_earlier_time_shows_the_state_known_at_that_time(repository: HistoryRepository) -> None:
    """Nothing before the first run, and nothing from later runs."""
    for number, observation in enumerate([in_sync(0), drifted(1), in_sync(2)]):
        repository.record(recording(number, observation))
    hour = timedelta(hours=1)
    assert repository.as_of(at(0) - hour) == {}
    standings = [repository.as_of(at(n) + hour)["C1", "app"].health for n in range(3)]
    assert standings == [Health.IN_SYNC, Health.DRIFT, Health.IN_SYNC]


def test_an_earlier_observation_of_a_slower_run_is_not_the_newest(
    repository: HistoryRepository,
) -> None:
    """It is kept. Runs may end in another order than they read."""
    repository.record(recording(0, in_sync(0)))
    repository.record(recording(2, in_sync(2)))
    repository.record(recording(1, failed(1)))
    assert repository.latest()["C1", "app"].health is Health.IN_SYNC
    assert [p.health for p in repository.link_history("C1", "app").periods] == [
        *(Health.IN_SYNC, Health.UNREADABLE)
    ]


def test_a_run_is_recorded_once(repository: HistoryRepository) -> None:
    """A second record of the same run is refused as a whole, and the error shows no values."""
    repository.record(recording(0, in_sync(0)))
    with pytest.raises(RunFailed, match="cannot write the history") as caught:
        repository.record(recording(0, drifted(0)))
    assert "C1" not in str(caught.value)
    assert repository.latest()["C1", "app"].health is Health.IN_SYNC


def test_only_the_owner_can_read_the_file(path: Path) -> None:
    """It contains customers' names. The same holds for the files that SQLite adds."""
    with closing(open_own(path)) as repository:
        repository.record(recording(0, in_sync(0)))
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    """It is left unchanged."""
    path.write_text("not a database, but long enough to be looked at" * 10)
    with pytest.raises(RunFailed, match=r"history\.sqlite3: file is not a database"):
        open_own(path)


def test_a_path_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The error has a remedy."""
    with pytest.raises(RunFailed, match="check --state-dir"):
        open_own(tmp_path / "nowhere" / "history.sqlite3")


def test_writes_of_unattended_runs_are_found_with_their_overrides(
    repository: HistoryRepository,
) -> None:
    """Attended runs and runs before that time are left out."""
    for number, command in enumerate(["nightly", "nightly", "apply"]):
        record = recording(number, in_sync(number), writes=(written(number),))
        run = replace(record.run, command=command)
        repository.record(replace(record, run=run, allowed=("change-share", "remove-count")))
    (found,) = repository.unattended(at(1) - timedelta(hours=2))[-1:]
    assert (found.run.id, found.writes) == ("run-1", (written(1),))
    assert found.allowed == ("change-share", "remove-count")


def test_the_guards_that_refused_a_run_are_kept(repository: HistoryRepository) -> None:
    """In their order, for that run only."""
    repository.record(replace(recording(0, in_sync(0)), refused=("remove-count", "incomplete")))
    repository.record(recording(1, in_sync(1)))
    assert repository.refused("run-0") == ("remove-count", "incomplete")
    assert repository.refused("run-1") == ()


def test_the_last_directory_of_a_tenant_is_kept_after_its_domain_moved(
    repository: HistoryRepository,
) -> None:
    """Later observations of another directory are problems and do not replace it."""
    moved = replace(failed(1), tenant_id="tid9", problem="directory_changed")
    for number, observation in enumerate([in_sync(0), moved, replace(moved, at=at(2))]):
        repository.record(recording(number, observation, in_sync(number, 2)))
    assert {(each.tenant, each.tenant_id, each.at) for each in repository.directories(["C1"])} == {
        ("C1", "tid1", at(0))
    }
    assert newest(repository.directories([f"C{n}" for n in range(1000)])) == {
        "C1": "tid1",
        "C2": "tid2",
    }
    assert repository.directories(["C3"]) == ()


def test_verdicts_are_known_as_of_a_time(repository: HistoryRepository) -> None:
    """The same verdict again adds no row, and one that cannot tell is not an answer."""
    verdicts = ["eligible", "eligible", "cannot_tell", "none"]
    for number, verdict in enumerate(verdicts):
        repository.record(recording(number, checked(number, verdict)))
    key = ("C1", "app")
    hour = timedelta(hours=1)
    assert repository.access_as_of(at(0) - hour) == {}
    found = [repository.access_as_of(at(n) + hour)[key] for n in range(4)]
    assert [(each.verdict.value, each.at) for each in found] == [
        ("eligible", at(0)),
        ("eligible", at(0)),
        ("eligible", at(0)),
        ("none", at(3)),
    ]
    assert found[1].last_at == at(1)
    assert repository.access_as_of()[key].verdict == "none"


def test_a_run_without_a_check_records_no_verdict(path: Path) -> None:
    """Only a check does."""
    with closing(open_own(path)) as repository:
        repository.record(recording(0, in_sync(0)))
        repository.record(recording(1, checked(1, "none")))
        repository.record(recording(2, in_sync(2)))
    assert rows(path, "verdicts") == 1
    assert rows(path, "periods") == 1
