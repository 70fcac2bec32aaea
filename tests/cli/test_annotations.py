"""`validate --format github` as a step of a workflow calls it."""

from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.config.starter import starter


def test_an_invalid_file_is_annotated_from_the_root_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is in a folder of the repository. stderr repeats nothing."""
    (tmp_path / "emea").mkdir()
    (tmp_path / "emea" / "tenants.yaml").write_text("version: 1\ntenants: []\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "emea")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert run(["validate", "--without-secrets", "--format", "github"]) == 78
    out, err = capsys.readouterr()
    assert out.startswith("::error file=emea/tenants.yaml,line=2,col=")
    assert err == ""


def test_findings_are_annotated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The starter file is valid, and each of its placeholders is a warning at its line."""
    (tmp_path / "tenants.yaml").write_text(starter(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    assert run(["validate", "--without-secrets", "--format", "github"]) == 0
    out, err = capsys.readouterr()
    valid, *warnings = out.splitlines()
    assert valid == "The file is valid: 2 links."
    assert {line.partition(",")[0] for line in warnings} == {"::warning file=tenants.yaml"}
    assert err == ""


@pytest.mark.parametrize(
    "arguments", [["plan", "--format", "github"], ["validate", "--explain", "--format", "github"]]
)
def test_only_validation_has_annotations(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Any other result with this format is wrong usage."""
    assert run(arguments) == 64
    assert "format" in capsys.readouterr().err
