"""Nothing is written without a journal: a full disk stops the run, and the report shows it."""

import resource
import subprocess
from pathlib import Path

import pytest

from tests.e2e.command import INSTALLED, OLD, OURS, Desk, Ran
from tests.faults.cases import false_claims


def limited_apply(desk: Desk, size: int) -> Ran:
    """`apply` in a process whose files are limited to this number of bytes."""
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
    """Each sent write had its intent on disk. The rest is skipped: status 1, complete report."""
    desk.seed({9: OURS})
    desk.customers(9)
    ran = limited_apply(desk, room)
    assert ran.status == 1
    assert len(ran.data["links"]) == 9
    assert false_claims(desk, ran) == []
    outcomes = [outcome for outcome in ran.outcomes.values() if outcome]
    assert outcomes.count("applied") == len(desk.requests("create")) < 8
    assert outcomes.count("skipped") == 8 - outcomes.count("applied")
    skipped = next(link for link in ran.data["links"] if link["outcome"] == "skipped")
    assert skipped["problem"]["code"] == "journal_failed"
    clean = desk.apply()
    assert clean.status == 0, clean.err
    assert {desk.truth(n) for n in range(1, 10)} == {OURS}
    assert desk.run("journal", "verify").status == 0


def test_a_full_disk_is_detected_before_the_first_request(desk: Desk) -> None:
    """Not even the first line of the journal can be written."""
    desk.customers(2)
    ran = limited_apply(desk, 10)
    assert ran.status == 1
    assert "nothing is written to Azure" in ran.err
    assert desk.requests("token", "read", "create") == []


def test_an_unusable_state_directory_is_status_1(desk: Desk, tmp_path: Path) -> None:
    """The error comes before any read."""
    desk.customers(1)
    (tmp_path / "file").touch()
    ran = desk.run("apply", "--yes", "--state-dir", str(tmp_path / "file" / "state"))
    assert (ran.status, "--state-dir" in ran.err) == (1, True)
    assert desk.requests("token") == []


@pytest.mark.parametrize("log", ["/dev/full", "closed"])
def test_a_failed_log_does_not_end_the_run(desk: Desk, log: str) -> None:
    """After a full disk or a closed pipe at stderr, the writes and the report continue."""
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
