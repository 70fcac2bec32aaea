"""Each intent is on disk before its write, and any later edit of the journal is detected."""

import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.core.errors import RunFailed
from reconciler.core.links import Observed, Problem
from reconciler.store import journal as module
from reconciler.store.journal import START, FileJournal, lines
from reconciler.store.journal_check import JournalCheck, verify
from tests.store.journals import NOW, OLD, OURS, change, opened, result, seen, written

ANY_FILE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The path of the journal."""
    return tmp_path / "tenants.journal.jsonl"


def test_lines_have_the_run_and_the_link(path: Path) -> None:
    """First the run, user, host, version and file; then each intent and its outcome."""
    written(path, 1)
    run, intent, outcome = lines(path)
    assert {"user", "host", "pid", "tool_version", "config_digest"} < set(run)
    assert {line["run"] for line in (run, intent, outcome)} == {"run-1"}
    assert (intent["event"], intent["action"]) == ("intent", "update")
    assert (intent["before"], intent["after"]) == (OLD, OURS)
    assert (intent["tenant_id"], intent["object_id"]) == ("tid1", "oid1")
    assert (outcome["event"], outcome["outcome"]) == ("outcome", "applied")
    assert outcome["observed"] == {"state": "linked", "partner_id": OURS, "version": 3}
    assert outcome["correlation_id"] == "correlation-1"


def test_only_the_owner_can_read_the_journal(path: Path) -> None:
    """Mode 0600."""
    written(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_each_line_is_on_disk_before_the_call_returns(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is written and fsynced, so an intent is safe before its request is sent to Azure."""
    journal = opened(path)
    order = []
    write, fsync = os.write, os.fsync
    monkeypatch.setattr(os, "write", lambda *a: order.append("write") or write(*a))
    monkeypatch.setattr(os, "fsync", lambda *a: order.append("fsync") or fsync(*a))
    journal.intend(change())
    assert order == ["write", "fsync"]
    journal.close()


def test_a_whole_journal_verifies_over_many_runs(path: Path) -> None:
    """The chain continues from run to run, and its last digest is the one in the last report."""
    written(path)
    journal = opened(path, "run-2")
    journal.intend(change())
    journal.settle(result())
    assert verify(path) == JournalCheck(10, journal.last, False, None)
    journal.close()


def test_an_empty_journal_is_whole(path: Path) -> None:
    """It contains nothing that could be wrong."""
    path.touch()
    assert verify(path) == JournalCheck(0, START, False, None)


def test_an_intent_without_an_outcome_is_unfinished(path: Path) -> None:
    """The next run reads these links; after that no intent is open."""
    journal = opened(path)
    journal.intend(change(1))
    journal.intend(change(2))
    journal.settle(result(1))
    journal.close()
    journal = opened(path, "run-2")
    assert journal.unfinished == (("C2", "app"),)
    journal.recover("C2", "app", seen(OURS, 2))
    journal.close()
    assert opened(path, "run-3").unfinished == ()
    assert verify(path).error is None


def test_an_intent_stays_open_while_its_link_cannot_be_read(path: Path) -> None:
    """An outage after a crash does not close the intent."""
    journal = opened(path)
    journal.intend(change())
    unknown = Observed.unknown(Problem("unavailable", "503", "try again"))
    journal.recover("C1", "app", unknown)
    journal.close()
    journal = opened(path, "run-2")
    assert journal.unfinished == (("C1", "app"),)
    journal.recover("C1", "app", None)
    journal.close()
    assert opened(path, "run-3").unfinished == ()


@given(st.data())
@ANY_FILE
def test_any_edit_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A changed byte, or a line removed, swapped or copied, anywhere but at the end."""
    path = tmp_path_factory.getbasetemp() / "edited.jsonl"
    path.unlink(missing_ok=True)
    raw = written(path)
    what = data.draw(st.sampled_from(["byte", "remove", "swap", "copy"]))
    at = data.draw(st.integers(0, len(raw) - 2))
    if what == "byte":
        where = data.draw(st.integers(0, len(raw[at]) - 1))
        value = data.draw(st.integers(0, 255).filter(lambda v: v != raw[at][where]))
        raw[at] = raw[at][:where] + bytes([value]) + raw[at][where + 1 :]
    elif what == "remove":
        del raw[at]
    elif what == "swap":
        raw[at], raw[at + 1] = raw[at + 1], raw[at]
    else:
        raw.insert(at, raw[at])
    path.write_bytes(b"".join(raw))
    assert verify(path).error


def test_two_joined_last_lines_are_an_edit(path: Path) -> None:
    """A crash leaves only the beginning of a line. Text with the end of a line was a whole line."""
    raw = written(path)
    path.write_bytes(b"".join([*raw[:-2], raw[-2][:-1] + b" " + raw[-1]]))
    check = verify(path)
    assert (check.is_torn, check.error) == (False, "line 6 is not a journal line: edited")


def test_a_removed_end_is_found_only_by_the_last_digest(path: Path) -> None:
    """The chain cannot show that its end is missing. The digest in the last report can."""
    raw = written(path)
    last = verify(path).last
    path.write_bytes(b"".join(raw[:-1]))
    check = verify(path)
    assert check.error is None
    assert check.last != last
    assert "removed at the end" in str(verify(path, last).error)


def test_an_edited_last_line_is_found_by_the_last_digest(path: Path) -> None:
    """No later line covers it, but the digest in the last report does."""
    raw = written(path)
    last = verify(path).last
    assert verify(path, last) == verify(path)
    edited = raw[-1].replace(b'"applied"', b'"skipped"')
    path.write_bytes(b"".join([*raw[:-1], edited]))
    assert verify(path).error is None
    assert "edited" in str(verify(path, last).error)


def test_lines_after_the_digest_are_no_edit(path: Path) -> None:
    """The digest of an older report is in the journal but not at its end."""
    written(path)
    last = verify(path).last
    opened(path, "run-2").close()
    assert "a later run" in str(verify(path, last).error)


def test_a_torn_end_follows_the_last_whole_line(path: Path) -> None:
    """A crash after the reported line does not remove that line."""
    raw = written(path)
    last = verify(path).last
    path.write_bytes(b"".join(raw) + raw[-1][:30])
    check = verify(path, last)
    assert (check.error, check.is_torn) == (None, True)


@given(st.data())
@ANY_FILE
def test_a_torn_line_is_sealed_and_the_chain_continues(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """After repeated crashes at any byte, the journal verifies and loses no whole line."""
    path = tmp_path_factory.getbasetemp() / "torn.jsonl"
    path.unlink(missing_ok=True)
    for run in range(data.draw(st.integers(1, 3))):
        before = path.stat().st_size if path.exists() else 0
        journal = opened(path, f"run-{run}")
        journal.intend(change())
        journal.close()
        cut = data.draw(st.integers(before, path.stat().st_size))
        path.write_bytes(path.read_bytes()[:cut])
        assert verify(path).error is None
    opened(path, "last").close()
    check = verify(path)
    assert (check.error, check.is_torn) == (None, False)


def test_a_crash_while_sealing_a_torn_line_is_no_edit(path: Path) -> None:
    """A second crash may leave any part of the seal. The third run seals all of it."""
    raw = b"".join(written(path)) + b'{"prev":"sha2'
    path.write_bytes(raw)
    opened(path, "run-2").close()
    sealed = path.read_bytes()
    for size in range(len(raw), len(sealed) + 1):
        path.write_bytes(sealed[:size])
        assert verify(path).error is None
        opened(path, "run-3").close()
        check = verify(path)
        assert (check.error, check.is_torn) == (None, False)


def test_a_line_that_an_earlier_release_sealed_is_accepted(path: Path) -> None:
    """Earlier releases ended the torn line with a line feed only."""
    whole = b"".join(written(path))
    torn = b'{"prev":"sha2'
    last = verify(path).last
    digest = "sha256:" + hashlib.sha256(torn).hexdigest()
    seal = json.dumps({"prev": last, "run": "run-2", "event": "sealed", "torn": digest}).encode()
    path.write_bytes(whole + torn + b"\n" + seal + b"\n")
    assert verify(path).error is None


def test_a_line_before_a_sealed_one_is_still_chained(path: Path) -> None:
    """A torn line leaves no gap, because the seal follows the last whole line."""
    raw = written(path)
    path.write_bytes(b"".join(raw) + b'{"prev":"sha2')
    opened(path, "run-2").close()
    assert verify(path).error is None
    sealed = path.read_bytes().splitlines(keepends=True)
    for at in (len(raw) - 1, len(raw), len(raw) + 1):
        path.write_bytes(b"".join(sealed[:at] + sealed[at + 1 :]))
        assert verify(path).error, f"line {at + 1} is missing"


@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.text(max_size=9),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(
                        st.sampled_from(["prev", "event", "torn", "tenant", "observed"]), inner
                    )
                ),
                max_leaves=8,
            ),
            max_size=5,
        ).map(lambda values: "\n".join(map(json.dumps, values)).encode() + b"\n"),
        st.just(b"[" * 100_000 + b"\n"),
        st.just(b'{"event":"intent"}\n{"event":"recovered","observed":7}\n'),
    )
)
@ANY_FILE
def test_any_bytes_can_be_verified(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    """For any content, verify returns a result, and a run can append to the file."""
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(raw)
    assert isinstance(verify(path), JournalCheck)
    journal = opened(path)
    journal.intend(change())
    journal.close()
    assert [line.get("event") for line in lines(path)][-1] == "intent"


def test_an_unusable_journal_ends_the_run(path: Path) -> None:
    """A directory or a missing file is reported in one line."""
    with pytest.raises(RunFailed, match="cannot read the journal"):
        verify(path)
    path.mkdir()
    for call in (verify, opened):
        with pytest.raises(RunFailed, match="journal"):
            call(path)


@pytest.mark.parametrize("fails", ["write", "fsync", "part"])
def test_a_full_disk_ends_the_run(path: Path, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    """Nothing, a part or an unknown part was written: the caller must stop."""
    journal = opened(path)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    write = os.write
    if fails == "part":
        monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:20]))
    else:
        monkeypatch.setattr(os, fails, full)
    with pytest.raises(RunFailed, match="nothing is written to Azure"):
        journal.intend(change())
    monkeypatch.undo()
    journal.close()
    opened(path, "run-2").close()
    assert verify(path).error is None


def test_half_a_surrogate_pair_is_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An invalid user name must not end the run. It is written as a JSON escape."""
    monkeypatch.setattr(module, "user", lambda: "caf\udcc3\u00e9")
    FileJournal(path, "run-1", {}, lambda: NOW).close()
    assert next(iter(lines(path)))["user"] == "caf\udcc3\u00e9"
    assert verify(path).error is None


def test_the_first_line_of_a_run_has_its_command_and_overrides(path: Path) -> None:
    """Later unattended runs count earlier unattended changes, unless they were allowed."""
    facts = {"command": "nightly", "allowed": ["remove-count"]}
    FileJournal(path, "run-1", facts, lambda: NOW).close()
    (line,) = lines(path)
    assert (line["event"], line["command"], line["allowed"]) == ("run", "nightly", ["remove-count"])
