"""A state directory that changes during a run stops the writes; crashes are recovered in time."""

import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.store.journal import FileJournal, lines
from reconciler.store.state_paths import file_key
from tests.e2e.command import HELD_S, OLD, OURS, Desk
from tests.faults.cases import false_claims
from tests.faults.test_interruption import customers, finished, start_apply
from tests.store.journals import NOW, change


def state_removed(state: Path) -> None:
    shutil.rmtree(state)


def journal_removed(state: Path) -> None:
    next(state.glob("*.journal.jsonl")).unlink()


def locks_removed(state: Path) -> None:
    for lock in state.glob("*.lock"):
        lock.unlink()


def journal_replaced(state: Path) -> None:
    journal = next(state.glob("*.journal.jsonl"))
    journal.rename(state / "old")
    shutil.copy(state / "old", journal)


@pytest.mark.parametrize("harm", [state_removed, journal_removed, locks_removed, journal_replaced])
def test_nothing_is_written_without_the_journal_and_the_lock(
    desk: Desk, harm: Callable[[Path], None]
) -> None:
    """Writes in progress are finished, no other is sent, the rest is skipped, the status is 1."""
    customers(desk, 20, operation="update", latency_s=HELD_S)
    process = start_apply(desk)
    desk.wait_for("update", 4)
    harm(desk.path / "state")
    desk.release()
    ran = finished(process)
    assert ran.status == 1, ran.err
    assert len(desk.requests("update")) == 4
    assert list(ran.outcomes.values()) == [None] + ["applied"] * 4 + ["skipped"] * 15
    problems = [link["problem"] for link in ran.data["links"][5:]]
    assert {problem["code"] for problem in problems} == {"journal_failed"}
    assert all("removed or replaced" in problem["message"] for problem in problems)
    assert false_claims(desk, ran) == []
    assert desk.apply("--allow=change-share").status == 0
    assert desk.run("journal", "verify").status == 0


@pytest.mark.parametrize("kind", ["journal.jsonl", "lock", "history.sqlite3"])
def test_a_symbolic_link_in_the_state_directory_is_not_followed(desk: Desk, kind: str) -> None:
    """Journal and lock: no read or write. The history is left out with a warning."""
    desk.customers(1)
    state, target = desk.path / "state", desk.path / "target"
    state.mkdir(mode=0o700)
    (state / f"{file_key(desk.path / 'tenants.yaml')}.{kind}").symlink_to(target)
    ran = desk.apply()
    assert "symbolic link" in ran.err
    assert not target.exists()
    assert ran.status == (0 if kind == "history.sqlite3" else 1)
    assert len(desk.requests("create")) == (kind == "history.sqlite3")


def crashed(desk: Desk, count: int) -> Path:
    """A journal with this number of open intents, from C1 on, as after a crash."""
    state = desk.path / "state"
    state.mkdir(mode=0o700)
    path = state / f"{file_key(desk.path / 'tenants.yaml')}.journal.jsonl"
    journal = FileJournal(path, "crashed", {}, lambda: NOW)
    for number in range(1, count + 1):
        journal.intend(change(number))
    journal.close()
    return path


def events(path: Path) -> list[tuple[str, str]]:
    return [(line["tenant"], line["observed"]["state"]) for line in recovered(path)]


def recovered(path: Path) -> list[dict[str, Any]]:
    return [line for line in lines(path) if line["event"] == "recovered"]


def test_open_intents_are_read_at_once(desk: Desk) -> None:
    """The server answers no read before all forty are in progress together."""
    held = {"operation": "read", "latency_s": HELD_S}
    desk.seed(dict.fromkeys(range(1, 41), OURS), faults=[held])
    desk.customers(40)
    path = crashed(desk, 40)
    process = desk.start("apply", "--yes", "--format=json", "--concurrency=40", "--only=C1")
    desk.wait_for("read", 30)
    assert len(recovered(path)) == 0
    desk.release()
    assert finished(process).status == 0
    assert sorted(events(path)) == sorted((f"C{n}", "linked") for n in range(1, 41))


def test_open_intents_are_read_within_the_deadline(desk: Desk) -> None:
    """Azure asks for a wait of a minute. The run ends earlier and lists the open intents."""
    fault = {"operation": "read", "status": 429, "retry_after_s": 60}
    desk.seed(dict.fromkeys(range(1, 41), OURS), faults=[fault])
    desk.customers(40)
    path = crashed(desk, 40)
    ran = desk.apply("--deadline=3")
    assert ran.status == 4
    assert ran.err.count("intent_still_open") == 40
    assert {state for _, state in events(path)} == {"unknown"}
    desk.azure.state.faults.clear()
    assert desk.apply().status == 0
    assert events(path)[40:] == [(f"C{n}", "linked") for n in range(1, 41)]
    assert desk.run("journal", "verify").status == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_reading_of_open_intents(desk: Desk, number: signal.Signals) -> None:
    """The intents stay open, and nothing is written."""
    fault = {"operation": "read", "status": 429, "retry_after_s": 60}
    desk.seed(dict.fromkeys(range(1, 6), OLD), faults=[fault])
    desk.customers(5)
    path = crashed(desk, 5)
    process = desk.start("apply", "--yes", "--format=json")
    desk.wait_for("read", 5)
    process.send_signal(number)
    assert finished(process).status == 143
    assert {state for _, state in events(path)} <= {"unknown"}
    assert desk.requests("update") == []


def test_the_end_of_the_journal_is_verified_with_the_reports_digest(desk: Desk) -> None:
    """Without the digest, the command says what it cannot detect."""
    desk.customers(1)
    digest = desk.apply().data["journal"]
    plain = desk.run("journal", "verify")
    assert (plain.status, "--ends-with" in plain.err) == (0, True)
    ends_with = ("journal", "verify", "--ends-with", digest)
    assert (desk.run(*ends_with).status, desk.run(*ends_with).err) == (0, "")
    (path,) = (desk.path / "state").glob("*.journal.jsonl")
    path.write_text(path.read_text().replace('"applied"', '"skipped"'))
    assert desk.run("journal", "verify").status == 0
    ran = desk.run(*ends_with)
    assert (ran.status, "edited" in ran.err) == (1, True)
    path.unlink()
    assert desk.run(*ends_with).status == 1
    for unusable in ("sha256:00", ""):  # empty: a variable of a script that is not set
        assert desk.run("journal", "verify", "--ends-with", unusable).status == 64
