"""Releases: what GitHub, PyPI and the container registry need is in place and agrees."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer
import yaml

from reconciler.cli.main import app
from reconciler.version import __version__
from tests.deploy.test_schedules import ROOT, accepts
from tests.tools import tool

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SITE = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8").partition("\ntheme:")[0])


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("vendor.github-issue-forms", ".github/ISSUE_TEMPLATE/[bf]*.yml"),
        ("vendor.github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("vendor.dependabot", ".github/dependabot.yml"),
    ],
)
def test_githubs_schemas_accept_its_files(schema: str, pattern: str) -> None:
    """Issue forms and settings have the keys that GitHub knows."""
    paths = list(ROOT.glob(pattern))
    assert paths
    accepts(tool("check-jsonschema"), "--builtin-schema", schema, *paths)


def test_a_bug_report_asks_for_the_version_and_a_report_without_names() -> None:
    """The version is required, and so is the confirmation that nothing private is pasted."""
    text = (ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.yml").read_text(encoding="utf-8")
    fields = {part["id"]: part for part in yaml.safe_load(text)["body"] if "id" in part}
    assert "version --json" in fields["version"]["attributes"]["description"]
    assert fields["version"]["validations"]["required"] is True
    assert fields["scrubbed"]["attributes"]["options"][0]["required"] is True
    query = re.search(r"jq '(.*)'", text)
    assert query
    link = {
        **{"tenant": "Fabrikam", "tenant_id": "2f0a", "object_id": "5d0e", "action": "unknown"},
        "wanted": {"state": "linked", "partner_id": "4936128"},
        "observed": {"state": "unknown"},
        "problem": {"code": "throttled", "message": "2f0a"},
    }
    ran = subprocess.run(
        [tool("jq"), "--compact-output", query[1]],
        input=json.dumps({"links": [link]}),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == (
        '{"action":"unknown","wanted":"linked","observed":"unknown","code":"throttled"}'
    )


def test_the_package_names_the_site_and_the_repository() -> None:
    """PyPI shows the addresses that the documentation has."""
    urls = PROJECT["urls"]
    assert (urls["Documentation"], urls["Repository"]) == (SITE["site_url"], SITE["repo_url"])
    ours = (SITE["site_url"], SITE["repo_url"])
    assert [url for url in urls.values() if not url.startswith(ours)] == []
    assert PROJECT["authors"] == [{"name": "pal-reconcile contributors"}]


def test_the_image_copies_only_what_the_build_context_holds() -> None:
    """Every source of COPY is let through by .dockerignore, and nothing else."""
    docker = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", docker, re.M)
    sources = {source for line in copied for source in line.split()}
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert {line.rstrip("/") for line in re.findall(r"^!(.*)$", ignore, re.M)} == sources
    assert all((ROOT / source).exists() for source in sources)


def test_schedules_use_the_image_of_this_release() -> None:
    """The tag of the image is the version of the program."""
    image = re.compile(r"image: (\S*pal-reconcile\S*)")
    found = {
        name
        for path in (ROOT / "deploy").rglob("*.yaml")
        for name in image.findall(path.read_text(encoding="utf-8"))
    }
    assert found == {f"ghcr.io/pal-reconcile/pal-reconcile:{__version__}"}


def test_documents_name_this_release_of_the_action_and_the_hook() -> None:
    """A release that forgets one of them is found here."""
    pin = re.compile(r"(?:pal-reconcile/pal-reconcile@v|rev: v)([0-9.]+[0-9])")
    paths = [
        *(ROOT / "deploy" / "github").glob("*.yml"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "examples").rglob("*.y*ml"),
        ROOT / ".pre-commit-hooks.yaml",
    ]
    found = {path.name: set(pin.findall(path.read_text(encoding="utf-8"))) for path in paths}
    assert {name: versions for name, versions in found.items() if versions - {__version__}} == {}
    assert found[".pre-commit-hooks.yaml"]


def test_the_hook_for_pre_commit_runs_a_command_of_the_program() -> None:
    """Arguments of the user follow it; names of files do not."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    program, command, *arguments = hook["entry"].split()
    assert (program, hook["pass_filenames"]) == ("pal-reconcile", False)
    known = typer.main.get_command(app).commands[command]  # type: ignore[attr-defined]
    known.make_context(command, [*arguments, "--config", "emea/tenants.yaml"])
    assert re.search(hook["files"], "emea/tenants.yaml")
    assert re.search(hook["files"], "customers/us.csv")


def notes(folder: Path, changelog: str, tag: str) -> "subprocess.CompletedProcess[str]":
    """Run the script that writes the notes of a release, in a repository of its own."""
    for name in (".ci", "reconciler"):
        (folder / name).mkdir()
    script = folder / ".ci" / "release-notes"
    script.write_bytes((ROOT / ".ci" / "release-notes").read_bytes())
    script.chmod(0o755)
    (folder / "reconciler" / "version.py").write_text('__version__ = "1.2.0"\n')
    (folder / "CHANGELOG.md").write_text(changelog)
    return subprocess.run([script, tag], capture_output=True, text=True)


CHANGES = """# Changelog

## Unreleased

- Later.

## [1.2.0] - 2026-12-01

- New.

## [1.2] - 2026-11-01

- Old.
"""


def test_notes_are_those_of_the_release(tmp_path: Path) -> None:
    """Neither what is unreleased nor what is older."""
    ran = notes(tmp_path, CHANGES, "v1.2.0")
    assert (ran.returncode, ran.stdout.strip()) == (0, "- New.")


@pytest.mark.parametrize(
    ("changelog", "tag", "reason"),
    [
        (CHANGES, "v1.2.1", "says 1.2.0"),
        (CHANGES, "1.2.0", "says 1.2.0"),
        ("## Unreleased\n\n- New.\n", "v1.2.0", "no section"),
        ("## [1.2.0] - 2026-12-01\n\n## [1.1.0] - 2026-11-01\n\n- Old.\n", "v1.2.0", "no section"),
    ],
)
def test_a_release_that_does_not_agree_with_itself_is_refused(
    tmp_path: Path, changelog: str, tag: str, reason: str
) -> None:
    """The tag must be the version, and the changelog must describe it."""
    ran = notes(tmp_path, changelog, tag)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert reason in ran.stderr


def test_the_changelog_describes_this_version() -> None:
    """The notes of the release that `reconciler/version.py` names can be written."""
    ran = subprocess.run(
        [ROOT / ".ci" / "release-notes", f"v{__version__}"], capture_output=True, text=True
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(ran.stdout) > 100
