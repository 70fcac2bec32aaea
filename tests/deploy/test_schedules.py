"""Schedules in deploy/: the tools of each platform accept them.

The Azure Container Apps job has no checker that works offline, so only its command is checked.
"""

import re
import shlex
import subprocess
import tomllib
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
    """Run a checker; its errors fail the test."""
    ran = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def test_cron_accepts_the_crontab() -> None:
    """`crontab -n` checks the file without installing it."""
    crontab = tool("crontab")
    if "-n" not in subprocess.run([crontab, "-h"], capture_output=True, text=True).stderr:
        pytest.skip("this crontab has no dry run; Debian's cron has")
    assert "success" in accepts(crontab, "-n", DEPLOY / "crontab")


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """systemd knows every directive. The program's path is replaced with one that exists here."""
    analyze = tool("systemd-analyze")
    units = []
    for unit in (DEPLOY / "systemd").iterdir():
        path = tmp_path / unit.name
        text = unit.read_text().replace("/opt/pal-reconcile/bin/pal-reconcile", "/bin/true")
        path.write_text(text)
        units.append(path)
    assert accepts(analyze, "verify", *units) == ""


def test_systemd_rates_the_service_as_restricted() -> None:
    """systemd's exposure level of the service is at most 2.0 of 10."""
    analyze = tool("systemd-analyze")
    service = DEPLOY / "systemd" / "pal-reconcile.service"
    accepts(analyze, "security", "--offline=yes", "--threshold=20", service)


def test_kubernetes_accepts_the_cron_job() -> None:
    """Each resource matches the Kubernetes schema and has no unknown keys."""
    accepts(tool("kubernetes-validate"), "--strict", DEPLOY / "kubernetes" / "cronjob.yaml")


@pytest.mark.parametrize("workflow", [*WORKFLOWS, *OWN_WORKFLOWS], ids=lambda path: path.name)
def test_actionlint_accepts_the_workflows(workflow: Path) -> None:
    """actionlint and GitHub's schema accept keys, expressions, inputs and versions of actions."""
    accepts(tool("actionlint"), workflow)
    checker = tool("check-jsonschema")
    accepts(checker, "--builtin-schema", "vendor.github-workflows", workflow)


def test_one_workflow_of_this_repository_uses_the_newest_releases() -> None:
    """One workflow uses the newest releases. Each job `check` runs `.ci/run`."""
    jobs = {path.stem: yaml.safe_load(path.read_text())["jobs"] for path in OWN_WORKFLOWS}
    steps = {name: job["check"]["steps"][-1] for name, job in jobs.items() if "check" in job}
    assert {step["run"] for step in steps.values()} == {".ci/run"}
    constraints = {name: step.get("env", {}).get("CONSTRAINTS") for name, step in steps.items()}
    assert constraints == {"ci": None, "newest": "", "release": None}


def test_every_supported_python_is_checked() -> None:
    """The workflow runs on each version that the package names."""
    matrix = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]["check"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    assert matrix["strategy"]["matrix"]["python"] == named


def test_azure_pipelines_schema_accepts_the_pipeline() -> None:
    """Microsoft's schema accepts the pipeline and the inputs of its tasks."""
    accepts(
        tool("check-jsonschema"),
        *("--regex-variant", "nonunicode", "--data-transform", "azure-pipelines"),
        *("--builtin-schema", "vendor.azure-pipelines"),
        DEPLOY / "azure-pipelines" / "nightly.yml",
    )


def test_hadolint_accepts_the_dockerfile() -> None:
    """hadolint reports nothing, not even style."""
    assert accepts(tool("hadolint"), DEPLOY / "Dockerfile") == ""


SCHEDULES = [
    *(DEPLOY / name for name in ("crontab", "Dockerfile", "systemd/pal-reconcile.service")),
    *(DEPLOY / "kubernetes" / "cronjob.yaml", DEPLOY / "container-apps" / "job.yaml"),
    DEPLOY / "azure-pipelines" / "nightly.yml",
]
SAID = re.compile(r"[/ ]pal-reconcile ((?:nightly|plan|apply|validate)\b[^>]*)")
LISTED = re.compile(r"^ *(?:args:|CMD) (\[.*\])")


def commands() -> list[list[str]]:
    """Every command line of the program in a schedule."""
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
def test_every_command_exists_with_its_options(line: list[str]) -> None:
    """The program accepts every command line in a schedule."""
    group = typer.main.get_command(app)
    command = group.commands[line[0]]  # type: ignore[attr-defined]
    command.make_context(line[0], line[1:])
