"""Hooks of MkDocs: generated pages, pages from the root of the repository, links out of docs/."""

import logging
import posixpath
import re
from pathlib import Path

from commands_page import commands_page
from file_page import file_page
from github_markdown import with_lists
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from reconciler.config.model.json_schema import json_schema, json_schema_text

ROOT = Path(__file__).parents[2]

ROOT_PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
"""Files at the root of the repository that are pages of the site."""

_SOURCES = {page: source for source, page in ROOT_PAGES.items()}
_LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?\)")
_log = logging.getLogger("mkdocs.hooks")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages, the schema and the pages from the root."""
    made = {
        "reference/commands.md": commands_page(),
        "reference/tenants-file.md": file_page(json_schema()),
        "tenants.schema.json": json_schema_text(),
    }
    for source, page in ROOT_PAGES.items():
        made[page] = (ROOT / source).read_text(encoding="utf-8")
    for uri, content in made.items():
        files.append(File.generated(config, uri, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - as MkDocs calls it
    """Adapt a page that GitHub renders: its links to files of the repository, and its lists."""
    uri = page.file.src_uri
    source = _SOURCES.get(uri, f"docs/{uri}")

    def adapted(found: re.Match[str]) -> str:
        return f"]({_target(uri, source, found[1])}{found[2] or ''})"

    return with_lists(_LINK.sub(adapted, markdown))


def _target(uri: str, source: str, link: str) -> str:
    """The target of a link on a page, as the site needs it."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), link))
    if path.startswith("docs/"):
        path = path.removeprefix("docs/")
    elif path in ROOT_PAGES:
        path = ROOT_PAGES[path]
    else:
        return _on_github(source, path)
    return posixpath.relpath(path, posixpath.dirname(uri) or ".")


def _on_github(source: str, path: str) -> str:
    if not (ROOT / path).exists():
        _log.warning("%s: the link names a file that does not exist: %s", source, path)
    kind = "tree" if (ROOT / path).is_dir() else "blob"
    return f"https://github.com/pal-reconcile/pal-reconcile/{kind}/main/{path}"


def on_page_context(context: dict[str, object], page: Page, **_: object) -> dict[str, object]:
    """Edit a page from the root at its own place; a generated page has no file to edit."""
    uri = page.file.src_uri
    if uri in _SOURCES:
        page.edit_url = f"https://github.com/pal-reconcile/pal-reconcile/edit/main/{_SOURCES[uri]}"
    elif uri.startswith("reference/"):
        page.edit_url = None
    return context
