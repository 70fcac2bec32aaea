"""Failures of the history: killed while recording, two writers at once, lost and rebuilt."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.store.history.repository import open_own
from tests.e2e.command import OLD, OURS, Desk

_RECORDS_FOR_EVER = """
import sys
from datetime import UTC, datetime, timedelta
from contextlib import closing
from pathlib import Path
from reconciler.core.history.link_history import Observation, count_health
from reconciler.core.history.recording import RecordedRun, Recording
from reconciler.core.links import Action, ObservedState
from reconciler.store.history.repository import open_own

LINKED = ObservedState.LINKED
path, writer = Path(sys.argv[1]), sys.argv[2]
book, at = open_own(path), datetime(2026, 1, 1, tzinfo=UTC)
for number in range(int(sys.argv[3])):
    moment = at + timedelta(days=number)
    observations = tuple(
        Observation(moment, f"C{n}", writer, Action.NONE, LINKED, partner_id=str(number))
        for n in range(int(sys.argv[4]))
    )
    counts = count_health(observations)
    run = RecordedRun(f"{writer}{number}", "plan", moment, "1", "c", 0, True, counts)
    book.record(Recording(run, observations))
    print(number, flush=True)
"""


def recorder(path: Path, writer: str, runs: int, links: int) -> "subprocess.Popen[str]":
    """A process that records runs of the given size, and prints each recorded one."""
    arguments = [sys.executable, "-c", _RECORDS_FOR_EVER, str(path), writer, str(runs)]
    return subprocess.Popen([*arguments, str(links)], stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("delay_s", [0.0, 0.005, 0.02, 0.05])
def test_a_run_killed_while_it_records_is_recorded_whole_or_not_at_all(
    tmp_path: Path, delay_s: float
) -> None:
    """`kill -9` at any time: reported runs are in the history, and no run in part."""
    path = tmp_path / "history.sqlite3"
    with recorder(path, "app", 10_000, 300) as process:
        assert process.stdout
        printed = [process.stdout.readline() for _ in range(3)]
        time.sleep(delay_s)
        os.kill(process.pid, signal.SIGKILL)
        printed += process.stdout.readlines()
    book = open_own(path)
    runs = book.runs()
    assert len(runs) >= len([line for line in printed if line.endswith("\n")])
    assert {run.id for run in runs} == {f"app{n}" for n in range(len(runs))}
    assert len(book.periods()) == 300 * len(runs)
    assert {period.observation.partner_id for period in book.latest().values()} == {
        str(len(runs) - 1)
    }
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_two_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    """They queue, and all runs of both are recorded."""
    path = tmp_path / "history.sqlite3"
    open_own(path).close()
    writers = [recorder(path, name, 30, 50) for name in ("left", "right")]
    for writer in writers:
        writer.communicate(timeout=120)
    assert [writer.returncode for writer in writers] == [0, 0]
    book = open_own(path)
    assert len(book.runs()) == 60
    assert len(book.periods()) == 2 * 30 * 50


def test_writes_are_restored_from_the_journal(desk: Desk) -> None:
    """After the loss of the history each write is recorded once, and nothing is invented."""
    desk.customers(2)
    desk.seed({1: OLD})
    assert desk.apply().status == 0
    (path,) = (desk.path / "state").glob("*.history.sqlite3*")
    path.unlink()
    ran = desk.run("history", "rebuild")
    assert (ran.status, ran.out) == (0, "Runs in the journal: 1. Added to the history: 1.\n")
    assert f"update {OLD} → {OURS}: applied" in desk.run("history", "C1").out
    assert "Added to the history: 0." in desk.run("history", "rebuild").out
    assert "linked to" not in desk.run("history", "C1").out  # no read since


def test_the_timeline_of_one_link_is_shown(desk: Desk) -> None:
    """Selected by the tenant's name, a glob, or with the identity; unknown ones are wrong usage."""
    desk.customers(2)
    desk.seed({1: OLD})
    desk.plan()
    desk.apply()
    for link in ("C1", "C1/app", "?1"):
        lines = desk.run("history", link).out.splitlines()
        assert [line.split()[1:3] for line in lines[1:]] == [["C1", "app"]] * 3, lines
    unknown = desk.run("history", "C9")
    assert (unknown.status, "has no link C9" in unknown.err) == (64, True)
    since = desk.run("history", "--since", "2999-01-01", "--format", "csv")
    assert (since.status, len(since.out.splitlines())) == (0, 1)
