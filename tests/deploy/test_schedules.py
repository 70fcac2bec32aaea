"""Each schedule that we hand out is accepted by the tool of those who run it.

What no tool checks is not checked in its place: the Azure Container Apps job has no checker that
works offline, so only its command is held here.
"""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import typer
import yaml

from reconciler.cli.main import app
from tests.tools import tool

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
WORKFLOWS = sorted((DEPLOY / "github").glob("*.yml"))
OWN_WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def accepts(*command: str | Path) -> str:
    """Run somebody's checker; its complaints fail the test."""
    ran = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def test_cron_accepts_the_crontab() -> None:
    """`crontab -n` reads it and installs nothing."""
    crontab = tool("crontab")
    if "-n" not in subprocess.run([crontab, "-h"], capture_output=True, text=True).stderr:
        pytest.skip("this crontab has no dry run; Debian's cron has")
    assert "success" in accepts(crontab, "-n", DEPLOY / "crontab")


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """Every directive is known; the program stands where this machine has one."""
    analyze = tool("systemd-analyze")
    units = []
    for unit in (DEPLOY / "systemd").iterdir():
        path = tmp_path / unit.name
        text = unit.read_text().replace("/opt/pal-reconcile/bin/pal-reconcile", "/bin/true")
        path.write_text(text)
        units.append(path)
    assert accepts(analyze, "verify", *units) == ""


def test_systemd_finds_the_service_well_shut_in() -> None:
    """systemd's own measure of what a service may do: 2.0 of 10 at most."""
    analyze = tool("systemd-analyze")
    service = DEPLOY / "systemd" / "pal-reconcile.service"
    accepts(analyze, "security", "--offline=yes", "--threshold=20", service)


def test_kubernetes_accepts_the_cron_job() -> None:
    """Each resource fits Kubernetes's own schema, without a key too many."""
    accepts(tool("kubernetes-validate"), "--strict", DEPLOY / "kubernetes" / "cronjob.yaml")


@pytest.mark.parametrize("workflow", [*WORKFLOWS, *OWN_WORKFLOWS], ids=lambda path: path.name)
def test_actionlint_accepts_the_workflows(workflow: Path) -> None:
    """Keys, expressions, untrusted input, versions of actions; and GitHub's schema."""
    accepts(tool("actionlint"), workflow)
    checker = tool("check-jsonschema")
    accepts(checker, "--builtin-schema", "vendor.github-workflows", workflow)


def test_one_of_our_own_workflows_takes_the_newest_releases() -> None:
    """An upstream change fails there; all run what CONTRIBUTING.md says."""
    jobs = [yaml.safe_load(path.read_text())["jobs"] for path in OWN_WORKFLOWS]
    steps = [job["check"]["steps"][-1] for job in jobs]
    assert {step["run"] for step in steps} == {".ci/run"}
    assert [step.get("env", {}).get("CONSTRAINTS") for step in steps] == [None, ""]


def test_azure_pipelines_schema_accepts_the_pipeline() -> None:
    """Microsoft's own schema, with each task's inputs."""
    accepts(
        tool("check-jsonschema"),
        *("--regex-variant", "nonunicode", "--data-transform", "azure-pipelines"),
        *("--builtin-schema", "vendor.azure-pipelines"),
        DEPLOY / "azure-pipelines" / "nightly.yml",
    )


def test_hadolint_accepts_the_dockerfile() -> None:
    """No complaint, not even of style."""
    assert accepts(tool("hadolint"), DEPLOY / "Dockerfile") == ""


SCHEDULES = [
    *(DEPLOY / name for name in ("crontab", "Dockerfile", "systemd/pal-reconcile.service")),
    *(DEPLOY / "kubernetes" / "cronjob.yaml", DEPLOY / "container-apps" / "job.yaml"),
    *(DEPLOY / "azure-pipelines" / "nightly.yml", *WORKFLOWS),
]
SAID = re.compile(r"[/ ]pal-reconcile ((?:nightly|plan|apply|validate)\b[^>]*)")
LISTED = re.compile(r"^ *(?:args:|CMD) (\[.*\])")


def commands() -> list[list[str]]:
    """Every command line of ours that a schedule runs."""
    found: list[list[str]] = []
    for path in SCHEDULES:
        before = len(found)
        lines = [
            line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")
        ]
        found += [shlex.split(said[1]) for line in lines if (said := SAID.search(line))]
        found += [yaml.safe_load(given[1]) for line in lines if (given := LISTED.search(line))]
        assert len(found) > before, f"{path.name} runs nothing"
    return found


@pytest.mark.parametrize("line", commands(), ids=shlex.join)
def test_every_command_is_one_that_this_release_knows(line: list[str]) -> None:
    """With all its options."""
    group = typer.main.get_command(app)
    command = group.commands[line[0]]  # type: ignore[attr-defined]
    command.make_context(line[0], line[1:])
