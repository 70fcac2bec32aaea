"""action.yml: its script runs against the emulator, beside a stand-in for GitHub's API."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.emulator.server import Emulator
from tests.deploy.test_schedules import OWN_WORKFLOWS, ROOT, WORKFLOWS, accepts
from tests.e2e.command import FOREIGN, INSTALLED, OURS, SECRET, Desk
from tests.tools import tool

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
SCRIPTS = ROOT / "deploy" / "github" / "action"
COMMIT, BOT = "c0ffee00" * 5, "github-actions[bot]"


class Job:
    """A job of GitHub Actions in a repository with two customers, and pull request 7."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.path = desk, desk.path
        self.store = self.path / "github.json"
        self.write({"me": BOT, "comments": [], "pulls": []})
        (self.path / "bin").mkdir()
        gh = self.path / "bin" / "gh"
        gh.write_text(
            f'#!/bin/sh\nexec {sys.executable} {Path(__file__).with_name("gh.py")} "$@"\n'
        )
        gh.chmod(0o755)
        tool("jq")
        desk.customers(2)

    def write(self, store: dict[str, Any]) -> None:
        self.store.write_text(json.dumps(store))

    @property
    def github(self) -> dict[str, Any]:
        """What GitHub holds."""
        found: dict[str, Any] = json.loads(self.store.read_text())
        return found

    @property
    def comments(self) -> list[str]:
        return [comment["body"] for comment in self.github["comments"]]

    def merge(self, commit: str = COMMIT) -> None:
        """Merge the pull request as this commit."""
        pull = {"number": 7, "merged_at": "2026-11-23T09:00:00Z", "merge_commit_sha": commit}
        self.write(self.github | {"pulls": [pull]})

    def run(self, command: str, **inputs: str) -> "subprocess.CompletedProcess[str]":
        """Run the script as the action does, with these inputs."""
        for name in ("output", "summary"):
            (self.path / name).write_text("")
        return subprocess.run(
            [SCRIPTS / "run.sh"],
            cwd=self.path,
            env=self.desk.env
            | {"COMMAND": command, "REPAIR": "false", "ALLOW": "", "PULL_REQUEST": "7"}
            | {"PAL_RECONCILE_CONFIG": "tenants.yaml", "COMMENT_AUTHOR": BOT}
            | {"GITHUB_REPOSITORY": "contoso/pal", "GITHUB_SHA": COMMIT, "GH_TOKEN": "a-token"}
            | {"GITHUB_OUTPUT": str(self.path / "output"), "GH_STORE": str(self.store)}
            | {"GITHUB_STEP_SUMMARY": str(self.path / "summary"), "RUNNER_TEMP": str(self.path)}
            | {"PATH": f"{self.path / 'bin'}:{INSTALLED.parent}:{self.desk.env['PATH']}"}
            | inputs,
            capture_output=True,
            text=True,
        )

    def outputs(self, command: str, **inputs: str) -> dict[str, str]:
        """Run the script and return its outputs."""
        ran = self.run(command, **inputs)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        lines = (self.path / "output").read_text().splitlines()
        return {name: value for name, _, value in (line.partition("=") for line in lines)}


@pytest.fixture
def job(tmp_path: Path, emulator: Emulator) -> Job:
    """A repository with two customers that are not linked yet."""
    return Job(Desk(tmp_path, emulator))


def test_the_merge_applies_the_plan_of_the_comment(job: Job) -> None:
    """The plan writes nothing. After the merge, exactly that plan is applied."""
    planned = job.outputs("plan")
    assert (planned["status"], planned["failed"]) == ("0", "0")
    (comment,) = job.comments
    assert planned["digest"] in comment
    assert comment.partition("\n")[2] == (job.path / "summary").read_text()
    assert job.desk.truth(1) is None
    job.merge()
    applied = job.outputs("apply")
    assert applied == {"status": "0", "failed": "0", "digest": planned["digest"]}
    assert (job.desk.truth(1), job.desk.truth(2)) == (OURS, OURS)


def test_a_new_plan_replaces_the_comment_and_no_other(job: Job) -> None:
    """Comments of people and of other workflows stay, even if they look like a plan."""
    job.outputs("plan")
    (plan,) = job.comments
    others = [
        {"id": 2, "user": {"login": "alice"}, "body": plan},
        {"id": 3, "user": {"login": BOT}, "body": "Tests passed."},
    ]
    job.write(job.github | {"comments": [*job.github["comments"], *others]})
    job.desk.customers(1)
    job.outputs("plan")
    first, *rest = job.comments
    assert first != plan
    assert "1 to create" in first
    assert rest == [plan, "Tests passed."]


def test_another_plan_than_the_reviewed_one_is_refused(job: Job) -> None:
    """Azure has changed since the review: nothing is written, and the job fails with 3."""
    job.outputs("plan")
    job.desk.seed({2: FOREIGN})
    job.merge()
    assert job.outputs("apply")["failed"] == "3"
    assert job.desk.truth(1) is None


@pytest.mark.parametrize(
    ("merged", "reason"), [(False, "no merged pull request"), (True, "no plan")]
)
def test_nothing_is_applied_without_a_reviewed_plan(job: Job, merged: bool, reason: str) -> None:
    """A commit without a pull request, and a plan in a comment of another user, do not count."""
    job.write(job.github | {"me": "mallory"})
    job.outputs("plan")
    job.merge(COMMIT if merged else "0" * 40)
    ran = job.run("apply")
    assert (ran.returncode, job.desk.truth(1)) == (64, None)
    assert reason in ran.stdout


def test_an_invalid_file_is_annotated_and_its_old_plan_is_withdrawn(job: Job) -> None:
    """The comment no longer has a digest that could be approved."""
    job.outputs("plan")
    (job.path / "tenants.yaml").write_text("version: 1\n", encoding="utf-8")
    ran = job.run("plan")
    assert "::error file=tenants.yaml,line=1,col=1," in ran.stdout
    assert "failed=78" in (job.path / "output").read_text()
    (comment,) = job.comments
    assert "exit status 78" in comment
    assert "sha256:" not in comment


def test_an_unreadable_link_is_in_the_comment_and_does_not_block(job: Job) -> None:
    """The status is 4, and the job succeeds: the plan of the other links can be reviewed."""
    job.desk.seed(faults=[{"tenant": "00000000-0000-4000-8000-000000000001", "aadsts": 53003}])
    planned = job.outputs("plan")
    assert (planned["status"], planned["failed"]) == ("4", "0")
    assert "conditional_access" in job.comments[0]


def test_nightly_repairs_only_if_it_is_told_to(job: Job) -> None:
    """Without repair, drift is shown with status 2. With it, the links are created."""
    assert job.outputs("nightly", PULL_REQUEST="")["failed"] == "2"
    assert job.desk.truth(1) is None
    assert job.outputs("nightly", REPAIR="true")["failed"] == "0"
    assert job.desk.truth(1) == OURS
    assert job.comments == []


@pytest.mark.parametrize("name", ["COMMAND", "REPAIR", "ALLOW", "PAL_RECONCILE_CONFIG"])
def test_an_input_is_never_run(job: Job, name: str) -> None:
    """Whatever an input contains, it is a value, and a wrong one is refused."""
    value = "$(touch run-by-shell) `touch run-by-shell`; touch run-by-shell #"
    inputs = {"COMMAND": "nightly", "REPAIR": "true"} | {name: value}
    ran = job.run(inputs.pop("COMMAND"), **inputs)
    failed = [line for line in (job.path / "output").read_text().splitlines() if "failed=" in line]
    assert ran.returncode == 64 or failed in (["failed=64"], ["failed=78"])
    assert not (job.path / "run-by-shell").exists()


def test_githubs_schema_accepts_the_action() -> None:
    """Keys, inputs and steps are those of a composite action."""
    checker = tool("check-jsonschema")
    accepts(checker, "--builtin-schema", "vendor.github-actions", ROOT / "action.yml")


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_the_workflows_in_deploy_use_the_action_as_it_is(workflow: Path, tmp_path: Path) -> None:
    """actionlint checks the inputs against action.yml, as if the action were beside them."""
    text = workflow.read_text(encoding="utf-8")
    assert "pal-reconcile/pal-reconcile@v" in text
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    shutil.copy(ROOT / "action.yml", tmp_path)
    local = "\n".join(
        line.partition("pal-reconcile/pal-reconcile@")[0] + "./"
        if "pal-reconcile@" in line
        else line
        for line in text.splitlines()
    )
    (folder / workflow.name).write_text(local + "\n", encoding="utf-8")
    accepts(tool("actionlint"), folder / workflow.name)


def steps_of(path: Path) -> list[dict[str, Any]]:
    """All steps of a workflow or an action."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    parts = [document["runs"]] if "runs" in document else document["jobs"].values()
    return [step for part in parts for step in part.get("steps", ())]


@pytest.mark.parametrize("path", [ROOT / "action.yml", *WORKFLOWS, *OWN_WORKFLOWS], ids=str)
def test_no_expression_is_part_of_a_script(path: Path) -> None:
    """Values reach scripts through the environment, so that they cannot run code."""
    assert [step["run"] for step in steps_of(path) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("path", [ROOT / "action.yml", *WORKFLOWS, *OWN_WORKFLOWS], ids=str)
def test_actions_of_others_are_pinned_by_commit(path: Path) -> None:
    """A tag can be moved, a commit cannot."""
    used = [step["uses"].partition("@") for step in steps_of(path) if "uses" in step]
    loose = [
        f"{name}@{version}"
        for name, _, version in used
        if not name.startswith(("./", "pal-reconcile/")) and len(version) != 40
    ]
    assert loose == []


def test_the_journal_is_saved_after_a_run_that_failed() -> None:
    """The step runs always, and before the step that fails the job."""
    names = [step.get("name", "") for step in ACTION["runs"]["steps"]]
    save = ACTION["runs"]["steps"][names.index("Save the journal and the history")]
    assert save["if"].startswith("always()")
    assert names[-1] == "Exit with the status of the run"


def test_the_secret_of_an_identity_stays_out_of_the_comment(job: Job) -> None:
    """The environment of the job holds it; the comment and the summary do not."""
    job.outputs("plan")
    assert SECRET not in job.comments[0] + (job.path / "summary").read_text()
