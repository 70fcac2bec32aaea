"""Paths that lead nowhere: an error that names them, and no internal error."""

from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.cli.streams import report

FILE = """version: 1
identities: {me: {kind: azure_cli}}
tenants: [{name: Fabrikam, tenant: fabrikam.com, identities: [me], partner: "4936128"}]
"""
TOO_LONG = "x" * 300
"""pathlib raises for such a name, as it does in a folder that the user may not enter."""


def test_the_journal_of_a_file_that_does_not_exist_is_not_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistyped name is 78, as for all commands; a file without a journal yet is no error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAL_RECONCILE_STATE_DIR", str(tmp_path))
    (tmp_path / "tenants.yaml").write_text(FILE)
    assert run(["journal", "verify"]) == 0
    assert "no journal yet" in capsys.readouterr().err
    assert run(["journal", "verify", "-c", "tennants.yaml"]) == 78
    assert capsys.readouterr().err.startswith("tennants.yaml:1:1: there is no such file: ")


@pytest.mark.parametrize(
    "line",
    [
        "plan --out",
        "report --out",
        "nightly --report",
        "discover --tenants fabrikam.com --out",
        "evidence --only Fabrikam --out",
        "doctor --format markdown --out",
        "init --out",
        "plan --ca-bundle",
    ],
)
def test_a_path_that_cannot_be_examined_is_wrong_usage(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """64, with the path and the reason, before anything is read from Azure."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tenants.yaml").write_text(FILE)
    assert run([*line.split(), TOO_LONG]) == 64
    error = capsys.readouterr().err
    assert f"{TOO_LONG}: File name too long" in error
    assert error.startswith("error: cannot ")


def test_a_current_directory_that_was_removed_is_no_internal_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A terminal may stay in a folder that a deployment has replaced."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(FileNotFoundError) as raised:
        run(["validate"])
    report(raised.value)
    assert capsys.readouterr().err.startswith("error: the current directory does not exist any")
