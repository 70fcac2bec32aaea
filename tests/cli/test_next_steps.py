"""Hints after a result: the next command, and why the status is 4."""

from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.emulator.server import Emulator
from tests.e2e.command import Desk, tenant_id


@pytest.fixture
def desk(tmp_path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Three customers of which the third is linked to a foreign ID, in this process."""
    desk = Desk(tmp_path, emulator)
    for name, value in desk.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    desk.seed({3: "9999999"})
    desk.customers(3)
    return desk


def test_a_plan_names_the_command_that_makes_its_changes(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the same selection, or with the saved plan; only for people."""
    assert run(["plan", "--exclude", "C3"]) == 0
    expected = "To make these changes, run: pal-reconcile apply --exclude C3\n"
    assert expected in capsys.readouterr().err
    assert run(["plan", "--out", "plan.json"]) == 0
    assert "run: pal-reconcile apply plan.json\n" in capsys.readouterr().err
    assert run(["plan", "--format", "json"]) == 0
    assert capsys.readouterr().err == ""


def test_a_plan_with_a_new_partner_id_begins_with_one_link(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """After it, the plan names the command for all others."""
    desk.customers(12)
    assert run(["plan"]) == 0
    shown = capsys.readouterr().err
    assert "To make the first of these changes, run: pal-reconcile apply --max-changes 1\n" in shown
    assert "new-partner-id would refuse all of them" in shown
    assert run(["apply", "--yes", "--max-changes", "1"]) == 4
    capsys.readouterr()
    assert run(["plan"]) == 0
    assert "To make these changes, run: pal-reconcile apply\n" in capsys.readouterr().err


def test_an_apply_says_why_the_status_is_4(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """With the number of links of each reason; those left by --max-changes are none."""
    assert run(["apply", "--yes", "--max-changes", "1"]) == 4
    assert "Exit status 4: 1 link in conflict.\n" in capsys.readouterr().err
    assert run(["apply", "--yes"]) == 4
    assert "Exit status 4: 1 link in conflict.\n" in capsys.readouterr().err
    assert run(["apply", "--yes", "--exclude", "C3"]) == 0
    assert "Exit status" not in capsys.readouterr().err


@pytest.mark.parametrize("command", ["show", "access"])
def test_an_inventory_says_why_the_status_is_4(
    command: str, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a plan does; only for people."""
    desk.seed(faults=[{"operation": "read", "tenant": tenant_id(2), "status": 403}])
    assert run([command]) == 4
    shown = capsys.readouterr().err
    assert "Exit status 4: 1 link unreadable (" in shown
    assert "run: pal-reconcile doctor\n" in shown
    assert run([command, "--format", "json"]) == 4
    assert capsys.readouterr().err == ""
