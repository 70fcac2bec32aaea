"""Without a journal nothing is written: a full disk stops the run, and the report says so."""

import resource
import subprocess
from pathlib import Path

import pytest

from tests.e2e.command import INSTALLED, OLD, OURS, Desk, Ran
from tests.faults.cases import told_lies


def limited_apply(desk: Desk, size: int) -> Ran:
    """`apply` in a process that can make no file larger than so many bytes."""
    desk.do_not_measure()
    process = subprocess.run(
        [str(INSTALLED), "apply", "--yes", "--format=json", "--concurrency=2"],
        cwd=desk.path,
        env=desk.env | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    return Ran(process.returncode, process.stdout, process.stderr)


@pytest.mark.parametrize("room", [900, 1500, 2150])
def test_a_full_disk_stops_the_writes(desk: Desk, room: int) -> None:
    """What was sent had its intent on disk; the rest is skipped; status 1 and a whole report."""
    desk.seed({9: OURS})
    desk.customers(9)
    ran = limited_apply(desk, room)
    assert ran.status == 1
    assert len(ran.data["links"]) == 9
    assert told_lies(desk, ran) == []
    outcomes = [outcome for outcome in ran.outcomes.values() if outcome]
    assert outcomes.count("applied") == len(desk.requests("create")) < 8
    assert outcomes.count("skipped") == 8 - outcomes.count("applied")
    skipped = next(link for link in ran.data["links"] if link["outcome"] == "skipped")
    assert skipped["problem"]["code"] == "journal_failed"
    clean = desk.apply()
    assert clean.status == 0, clean.err
    assert {desk.truth(n) for n in range(1, 10)} == {OURS}
    assert desk.run("journal", "verify").status == 0


def test_a_disk_without_any_room_is_found_before_azure_is_asked(desk: Desk) -> None:
    """Not even the first line of the journal can be kept."""
    desk.customers(2)
    ran = limited_apply(desk, 10)
    assert ran.status == 1
    assert "nothing is written to Azure" in ran.err
    assert desk.requests("token", "read", "create") == []


def test_a_state_directory_that_cannot_be_used_is_1(desk: Desk, tmp_path: Path) -> None:
    """It is said before anything is read."""
    desk.customers(1)
    (tmp_path / "file").touch()
    ran = desk.run("apply", "--yes", "--state-dir", str(tmp_path / "file" / "state"))
    assert (ran.status, "--state-dir" in ran.err) == (1, True)
    assert desk.requests("token") == []


@pytest.mark.parametrize("log", ["/dev/full", "closed"])
def test_a_log_that_cannot_be_written_ends_nothing(desk: Desk, log: str) -> None:
    """A full disk or a closed pipe behind stderr: the writes go on, and so does their report."""
    desk.seed(dict.fromkeys(range(1, 6), OLD))
    desk.customers(5)
    with Path("/dev/full").open("w") as full:
        process = subprocess.Popen(
            [str(INSTALLED), "apply", "--yes", "--format=json", "--log-format=json"],
            cwd=desk.path,
            env=desk.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=full if log == "/dev/full" else subprocess.PIPE,
            text=True,
        )
        if process.stderr:
            process.stderr.close()
        assert process.stdout
        ran = Ran(process.wait(timeout=120), process.stdout.read(), "")
        process.stdout.close()
    assert ran.status == 0
    assert set(ran.outcomes.values()) == {"applied"}
