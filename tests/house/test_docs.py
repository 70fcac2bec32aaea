"""The project's words are held to what the program does."""

import re
from datetime import date
from pathlib import Path
from textwrap import indent

import pytest
import typer
import yaml

from reconciler.cli.main import app
from reconciler.config.load import load
from reconciler.config.model.identities import KINDS
from reconciler.core.exit_status import Status
from reconciler.core.guards.attended import GUARDS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_readmes_file_is_a_good_one(tmp_path: Path) -> None:
    """What the README shows as tenants.yaml loads as it stands."""
    block = next(b for b in re.findall(r"```yaml\n(.*?)```", README, re.S) if "version: 1" in b)
    path = tmp_path / "tenants.yaml"
    path.write_text(block, encoding="utf-8")
    assert [want.place.tenant for want in load(path, date(2026, 11, 23)).wanted] == [
        *("Fabrikam", "Northwind", "Tailspin")
    ]


def test_the_readme_names_every_command() -> None:
    """The table of commands and the program agree."""
    root = typer.main.get_command(app)
    commands = set(root.commands)  # type: ignore[attr-defined]
    table = README.split("## Commands")[1].split("## ")[0]
    named = set(re.findall(r"^\| `([a-z]+)", table, re.M))
    assert named == commands


def test_the_readme_names_every_status() -> None:
    """The table of exit statuses and the program agree."""
    table = README.split("## Exit statuses")[1].split("## ")[0]
    named = {
        int(n) for row in re.findall(r"^\| ([0-9, ]+) \|", table, re.M) for n in row.split(",")
    }
    assert named == {int(status) for status in Status}


def _identities() -> str:
    return (ROOT / "docs" / "identities.md").read_text(encoding="utf-8")


def test_every_kind_of_identity_has_a_section() -> None:
    """docs/identities.md explains each kind that the file may name, and no other."""
    assert set(re.findall(r"^## `([a-z_]+)`$", _identities(), re.M)) == set(KINDS)


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", _identities(), re.S))
def test_what_the_page_of_identities_shows_is_good(tmp_path: Path, block: str) -> None:
    """Each of its examples loads as it stands, with the rest of a file around it."""
    is_tenants = block.startswith("tenants:")
    shown = "me: {kind: azure_cli}\n" if is_tenants else block
    name = shown.split(":")[0]
    path = tmp_path / "tenants.yaml"
    path.write_text(
        'version: 1\npartners: {uk: {id: "4936128"}}\n'
        f"defaults: {{partner: uk, identities: [{name}]}}\n"
        f"identities:\n{indent(shown, '  ')}"
        + (block if is_tenants else "tenants: [{name: A, tenant: a.example}]\n"),
        encoding="utf-8",
    )
    assert set(load(path, date(2026, 11, 23)).identities) == {name}


def test_every_guard_is_explained() -> None:
    """docs/safety.md says what each guard limits."""
    text = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
    assert [guard for guard in GUARDS if guard not in text] == []


def test_every_finding_is_explained() -> None:
    """docs/findings.md says what each code means."""
    text = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    sources = [p.read_text(encoding="utf-8") for p in (ROOT / "reconciler").rglob("*.py")]
    codes = {code for source in sources for code in re.findall(r'Finding\(\s*"(\w+)"', source)}
    assert len(codes) > 8
    assert [code for code in sorted(codes) if f"`{code}`" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link of a page names a file that is there."""
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tests_that_a_page_names_exist(page: Path) -> None:
    """A promise that names its test is held by it."""
    tests = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "tests").rglob("*.py"))
    for name in re.findall(r"\btest_[a-z0-9_]{12,}\b", page.read_text(encoding="utf-8")):
        assert re.search(rf"\b{name}\b", tests), f"{page.name}: {name}"


def test_the_examples_are_yaml_of_the_demo() -> None:
    """The demo's two files are good YAML and speak of the same tenants."""
    folder = ROOT / "reconciler" / "cli" / "demo"
    azure = yaml.safe_load((folder / "azure.yaml").read_text(encoding="utf-8"))
    file = yaml.safe_load((folder / "tenants.yaml").read_text(encoding="utf-8"))
    assert [t["name"] for t in file["tenants"]] == [t["name"] for t in azure["tenants"]]
