"""Lost output does not change the exit status, and stderr shows what was lost."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.e2e.command import INSTALLED, OLD, OURS, Desk

LOST = "stdout could not be written"


def run_into(desk: Desk, command: str, redirection: str, **env: str) -> "tuple[int, str, bytes]":
    """Run a command in a shell and return its status, stderr and stdout."""
    ran = subprocess.run(
        ["sh", "-c", f'"$0" {command} {redirection}', str(INSTALLED)],
        cwd=desk.path,
        env=desk.env | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return ran.returncode, ran.stderr.decode(), ran.stdout


@pytest.mark.parametrize("redirection", [">/dev/full", ">&-"])
@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("plan", 0),
        ("plan --detailed-exitcode --format json", 2),
        ("show --format html", 0),
        ("doctor", 0),
        ("apply --yes --format json", 0),
        ("nightly --repair", 0),
    ],
)
def test_a_full_stdout_is_reported(desk: Desk, command: str, status: int, redirection: str) -> None:
    """For each command the work is done, and its status counts."""
    desk.seed({1: OLD, 2: OURS, 3: OURS})
    desk.customers(3)
    ended, stderr, _ = run_into(desk, command, redirection)
    assert (ended, stderr.count(LOST)) == (status, 1)
    assert "Traceback" not in stderr
    if "apply" in command or "repair" in command:
        assert {desk.truth(n) for n in (1, 2, 3)} == {OURS}


def test_closed_streams_are_no_failure(desk: Desk) -> None:
    """Some schedulers start programs so. Files never take the place of a closed stream."""
    desk.seed({1: OLD})
    desk.customers(1)
    assert run_into(desk, "apply --yes", "<&- >&- 2>&-") == (0, "", b"")
    assert desk.truth(1) == OURS
    assert desk.run("journal", "verify").status == 0


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "ascii:strict"])
def test_a_narrow_encoding_shows_the_result(desk: Desk, encoding: str) -> None:
    """The report has names that the encoding cannot write."""
    desk.seed({1: OLD})
    desk.write("  - {name: 'Łódź → 😀', tenant: 00000000-0000-4000-8000-000000000001}\n")
    status, stderr, out = run_into(desk, "plan", "", PYTHONIOENCODING=encoding)
    assert (status, stderr.count("Traceback")) == (0, 0)
    assert b"\\u0141" in out
    _, _, raw = run_into(desk, "apply --yes --format json", "", PYTHONIOENCODING=encoding)
    link = json.loads(raw)["links"][0]
    assert (link["tenant"], link["outcome"]) == ("Łódź → 😀", "applied")


def test_a_saved_plan_of_a_narrow_stdout_is_whole(desk: Desk) -> None:
    """Its digest covers the data, not its encoding."""
    desk.seed({1: OLD})
    desk.write("  - {name: 'Łódź → 😀', tenant: 00000000-0000-4000-8000-000000000001}\n")
    status, _, raw = run_into(desk, "plan --format json", "", PYTHONIOENCODING="cp1252")
    assert status == 0
    Path(desk.path / "plan.json").write_bytes(raw)
    assert desk.apply("plan.json").status == 0
