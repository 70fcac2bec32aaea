"""What is recorded is found again, and a quiet night costs next to nothing."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.core.customers.directories import newest
from reconciler.core.errors import RunFailed
from reconciler.core.history.link_history import Health, periods_of
from reconciler.store.history.repository import HistoryRepository, open_own
from tests.store.history.runs import at, drifted, failed, in_sync, night, written


def rows(path: Path, table: str) -> int:
    """How many rows a table of the file has."""
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_a_run_is_found_again(book: HistoryRepository) -> None:
    """With its counts, and in the order of time."""
    recordings = [night(0, in_sync(0)), night(1, drifted(1), failed(1, 2))]
    for recording in recordings:
        book.record(recording)
    assert book.runs() == tuple(recording.run for recording in recordings)
    assert book.runs(since=at(1)) == (recordings[1].run,)


def test_a_life_is_what_its_sights_add_up_to(book: HistoryRepository) -> None:
    """What is read back is what the core makes of the same nights."""
    observations = [in_sync(0), in_sync(1), failed(2), failed(3), drifted(4), in_sync(5)]
    for number, observation in enumerate(observations):
        writes = (written(5),) if number == 5 else ()
        book.record(night(number, observation, writes=writes))
    link_history = book.link_history("C1", "app")
    assert link_history.periods == periods_of(observations)
    assert link_history.writes == (written(5),)
    assert book.latest() == {("C1", "app"): link_history.periods[-1]}
    assert book.periods(at(4)) == link_history.periods[2:]
    assert book.writes(at(5)) == link_history.writes
    assert book.links() == (("C1", "app"),)


def test_a_quiet_night_costs_no_row(path: Path) -> None:
    """Only the run itself is a row more."""
    with closing(open_own(path)) as book:
        for number in range(5):
            book.record(night(number, *(in_sync(number, n) for n in range(20))))
    assert (rows(path, "runs"), rows(path, "periods")) == (5, 20)


def test_a_moment_shows_what_was_known_then(book: HistoryRepository) -> None:
    """Nothing before the first night, and nothing of what came later."""
    for number, observation in enumerate([in_sync(0), drifted(1), in_sync(2)]):
        book.record(night(number, observation))
    hour = timedelta(hours=1)
    assert book.as_of(at(0) - hour) == {}
    standings = [book.as_of(at(n) + hour)["C1", "app"].health for n in range(3)]
    assert standings == [Health.IN_SYNC, Health.DRIFT, Health.IN_SYNC]


def test_what_a_slower_run_saw_earlier_is_kept_and_is_not_the_newest(
    book: HistoryRepository,
) -> None:
    """Runs may end in another order than they read."""
    book.record(night(0, in_sync(0)))
    book.record(night(2, in_sync(2)))
    book.record(night(1, failed(1)))
    assert book.latest()["C1", "app"].health is Health.IN_SYNC
    assert [p.health for p in book.link_history("C1", "app").periods] == [
        *(Health.IN_SYNC, Health.UNREADABLE)
    ]


def test_a_run_is_recorded_once(book: HistoryRepository) -> None:
    """A second record of the same run is refused whole, and says no values."""
    book.record(night(0, in_sync(0)))
    with pytest.raises(RunFailed, match="cannot write the history") as caught:
        book.record(night(0, drifted(0)))
    assert "C1" not in str(caught.value)
    assert book.latest()["C1", "app"].health is Health.IN_SYNC


def test_the_file_is_its_owners_alone(path: Path) -> None:
    """It holds customers' names; what SQLite puts beside it too."""
    with closing(open_own(path)) as book:
        book.record(night(0, in_sync(0)))
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    """And left as it is."""
    path.write_text("not a database, but long enough to be looked at" * 10)
    with pytest.raises(RunFailed, match=r"history\.sqlite3: file is not a database"):
        open_own(path)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """With what to do."""
    with pytest.raises(RunFailed, match="check --state-dir"):
        open_own(tmp_path / "nowhere" / "history.sqlite3")


def test_what_unattended_runs_wrote_is_found_with_what_they_overrode(
    book: HistoryRepository,
) -> None:
    """Of attended runs nothing, and nothing from before that moment."""
    for number, command in enumerate(["nightly", "nightly", "apply"]):
        recording = night(number, in_sync(number), writes=(written(number),))
        run = replace(recording.run, command=command)
        book.record(replace(recording, run=run, allowed=("change-share", "remove-count")))
    (found,) = book.unattended(at(1) - timedelta(hours=2))[-1:]
    assert (found.run.id, found.writes) == ("run-1", (written(1),))
    assert found.allowed == ("change-share", "remove-count")


def test_the_guards_that_refused_a_run_are_kept(book: HistoryRepository) -> None:
    """In their order, for that run only."""
    book.record(replace(night(0, in_sync(0)), refused=("remove-count", "incomplete")))
    book.record(night(1, in_sync(1)))
    assert book.refused("run-0") == ("remove-count", "incomplete")
    assert book.refused("run-1") == ()


def test_the_last_directory_of_a_tenant_outlives_a_domain_that_moved(
    book: HistoryRepository,
) -> None:
    """Whoever saw another directory night after night saw it for a problem."""
    moved = replace(failed(1), tenant_id="tid9", problem="directory_changed")
    for number, observation in enumerate([in_sync(0), moved, replace(moved, at=at(2))]):
        book.record(night(number, observation, in_sync(number, 2)))
    assert {(each.tenant, each.tenant_id, each.at) for each in book.directories(["C1"])} == {
        ("C1", "tid1", at(0))
    }
    assert newest(book.directories([f"C{n}" for n in range(1000)])) == {"C1": "tid1", "C2": "tid2"}
    assert book.directories(["C3"]) == ()
