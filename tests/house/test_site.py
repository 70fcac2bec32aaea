"""The documentation site: it builds without a warning, and its generated pages are complete."""

import json
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
import typer

from reconciler.cli.main import app
from reconciler.config.model.json_schema import json_schema

ROOT = Path(__file__).parents[2]


def build(config: Path, target: Path) -> "subprocess.CompletedProcess[str]":
    """Build the site as `make docs` does. With --quiet, MkDocs would not count warnings."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    return subprocess.run(
        [*command, "--config-file", str(config), "--site-dir", str(target)],
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. MkDocs checks every link and anchor; a warning fails the build."""
    target = tmp_path_factory.mktemp("site")
    built = build(ROOT / "mkdocs.yml", target)
    assert built.returncode == 0, built.stdout + built.stderr
    return target


def article(site: Path, page: str) -> str:
    """The text of a page as HTML, without what is around it."""
    text = (site / page / "index.html").read_text(encoding="utf-8")
    return text.partition("<article")[2].partition("</article")[0]


def test_every_page_is_rendered_as_on_github(site: Path) -> None:
    """Lists, tables, links and code blocks are HTML: no Markdown is left in the text."""
    left = {}
    for path in site.rglob("index.html"):
        text = re.sub(r"<(pre|code)\b.*?</\1>", "", path.read_text("utf-8"), flags=re.S)
        if found := re.findall(r"```|\n *(?:[-*]|[0-9]+\.) .*|\]\(.*|\n\|.*", text):
            left[str(path.relative_to(site))] = found
    assert left == {}


def test_the_reference_has_every_command_with_its_options(site: Path) -> None:
    """Each command and subcommand has a section, each option a row in it."""
    text = unescape(article(site, "reference/commands"))
    sections = dict(re.findall(r'<h2 id="([^"]+)">(.*?)(?=<h2|\Z)', text, re.S))
    root = typer.main.get_command(app)
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        options = {o for p in command.params for o in p.opts if o.startswith("--")} - {"--help"}
        assert {o for o in options if o not in sections[name]} == set(), name
        assert {f"{name}-{sub}" for sub in getattr(command, "commands", ())} <= set(sections)


def test_the_reference_has_every_key_of_the_file(site: Path) -> None:
    """Each key of each mapping in the schema has a row with its description."""
    text = unescape(re.sub(r"<[^>]+>", "", article(site, "reference/tenants-file")))
    for part in (json_schema(), *json_schema()["$defs"].values()):
        for key, value in part.get("properties", {}).items():
            assert key in text
            assert " ".join(value["description"].split()).replace("`", "") in text, key


def test_the_site_serves_the_schema(site: Path) -> None:
    """Editors load it from there."""
    assert json.loads((site / "tenants.schema.json").read_text("utf-8")) == json_schema()


def test_pages_load_nothing_from_other_hosts(site: Path) -> None:
    """Fonts, styles, scripts and images are part of the site; no script asks GitHub for stars."""
    loaded = re.compile(r'<(?:link|script|img|iframe)\b[^>]*(?:src|href)="(https?://[^"]+)"')
    found = {
        url
        for path in site.rglob("*.html")
        for url in loaded.findall(path.read_text("utf-8"))
        if not url.startswith("https://pal-reconcile.github.io/")  # the canonical address
    }
    assert found == set()
    assert 'data-md-component="source"' not in (site / "index.html").read_text("utf-8")


def test_a_broken_link_fails_the_build(tmp_path: Path) -> None:
    """A page, an anchor or a file of the repository that does not exist is a warning."""
    docs = tmp_path / "docs"
    docs.mkdir()
    links = ("missing.md", "#missing-here", "concepts.md#missing-there", "../missing.py")
    text = "\n\n".join(f"[a]({link})" for link in links)
    (docs / "index.md").write_text(f"# Home\n\n{text}\n", encoding="utf-8")
    (docs / "concepts.md").write_text("# Concepts\n", encoding="utf-8")
    settings = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:")[0]
    settings = settings.replace(": docs/site/", f": {ROOT}/docs/site/")
    settings = settings.replace("- docs/site/", f"- {ROOT}/docs/site/")
    (tmp_path / "mkdocs.yml").write_text(settings, encoding="utf-8")
    built = build(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert built.returncode != 0
    warned = [line for line in built.stderr.splitlines() if line.startswith("WARNING")]
    assert [link for link in links if not any(link.strip("./") in line for line in warned)] == []
