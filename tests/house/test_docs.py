"""README and docs/: commands, statuses, examples and links agree with the program."""

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
ROOT_PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
PAGES = [*(ROOT / name for name in ROOT_PAGES), *sorted((ROOT / "docs").glob("*.md"))]


REPOSITORY = "https://github.com/pal-reconcile/pal-reconcile/blob/main/"
RAW = "https://raw.githubusercontent.com/pal-reconcile/pal-reconcile/main/"


def page_text(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_readme_is_short() -> None:
    """It has at most 120 lines. Everything else is a page of docs/."""
    assert len(README.splitlines()) <= 120


def test_links_of_the_readme_work_on_pypi() -> None:
    """They are absolute, and name files and headings of this repository."""
    targets = re.findall(r"\]\(([^)#]*)#?([^)]*)\)", README)
    assert [target for target, _ in targets if not target.startswith("https://")] == []
    ours = [
        (ROOT / target.removeprefix(REPOSITORY).removeprefix(RAW), anchor)
        for target, anchor in targets
        if target.startswith((REPOSITORY, RAW))
    ]
    assert len(ours) > 20
    assert [str(path) for path, _ in ours if not path.exists()] == []
    assert [f"{p}#{anchor}" for p, anchor in ours if anchor and anchor not in anchors(p)] == []


def test_the_example_of_the_tenants_file_is_valid(tmp_path: Path) -> None:
    """The tenants.yaml of docs/tenants-file.md loads without changes."""
    text = page_text("tenants-file.md")
    block = next(b for b in re.findall(r"```yaml\n(.*?)```", text, re.S) if "version: 1" in b)
    path = tmp_path / "tenants.yaml"
    path.write_text(block, encoding="utf-8")
    assert [want.place.tenant for want in load(path, date(2026, 11, 23)).wanted] == [
        *("Fabrikam", "Northwind", "Tailspin")
    ]


def test_the_page_of_commands_lists_every_command() -> None:
    """The table in docs/commands.md lists exactly the commands of the program."""
    root = typer.main.get_command(app)
    commands = set(root.commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"^\| `([a-z]+)", page_text("commands.md"), re.M))
    assert named == commands


def test_the_page_of_exit_statuses_lists_every_status() -> None:
    """The table in docs/exit-statuses.md lists exactly the statuses of the program."""
    table = page_text("exit-statuses.md")
    named = {
        int(n) for row in re.findall(r"^\| ([0-9, ]+) \|", table, re.M) for n in row.split(",")
    }
    assert named == {int(status) for status in Status}


def _identities() -> str:
    return page_text("identities.md")


def test_every_kind_of_identity_has_a_section() -> None:
    """docs/identities.md has a section for each kind of identity, and no other."""
    assert set(re.findall(r"^## `([a-z_]+)`$", _identities(), re.M)) == set(KINDS)


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", _identities(), re.S))
def test_the_examples_of_identities_are_valid(tmp_path: Path, block: str) -> None:
    """Each example in docs/identities.md loads as part of a file."""
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
    """docs/safety.md names every guard."""
    text = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
    assert [guard for guard in GUARDS if guard not in text] == []


def test_every_finding_is_listed() -> None:
    """docs/findings.md names every finding."""
    text = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    sources = [p.read_text(encoding="utf-8") for p in (ROOT / "reconciler").rglob("*.py")]
    codes = {code for source in sources for code in re.findall(r'Finding\(\s*"(\w+)"', source)}
    assert len(codes) > 8
    assert [code for code in sorted(codes) if f"`{code}`" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_a_page_work(page: Path) -> None:
    """Every relative link names an existing file, and an existing heading if it has an anchor."""
    text = page.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\(([^)#:]*)#?([^):]*)\)", text):
        path = page.parent / target if target else page
        assert path.exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor in anchors(path), f"{page.name}: {target}#{anchor}"


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub makes of the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", ["architecture.md", "performance.md"])
def test_modules_that_a_page_names_exist(page: str) -> None:
    """Every path of a module in docs/ exists; paths start below reconciler/ or at the root."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w/]+(?:\.py|/))`", text))
    assert named
    missing = [n for n in named if not any((r / n).exists() for r in (ROOT, ROOT / "reconciler"))]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tests_that_a_page_names_exist(page: Path) -> None:
    """Every test that a page names exists."""
    tests = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "tests").rglob("*.py"))
    for name in re.findall(r"\btest_[a-z0-9_]{12,}\b", page.read_text(encoding="utf-8")):
        assert re.search(rf"\b{name}\b", tests), f"{page.name}: {name}"


def test_the_files_of_the_demo_agree() -> None:
    """The two files of the demo are valid YAML and list the same tenants."""
    folder = ROOT / "reconciler" / "cli" / "demo"
    azure = yaml.safe_load((folder / "azure.yaml").read_text(encoding="utf-8"))
    file = yaml.safe_load((folder / "tenants.yaml").read_text(encoding="utf-8"))
    assert [t["name"] for t in file["tenants"]] == [t["name"] for t in azure["tenants"]]
