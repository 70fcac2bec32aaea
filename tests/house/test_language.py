"""Language of everything that people read: words that make readers stumble are not used.

Checked: README and docs, the example file, deploy/, the help of each command, the JSON Schema, and
every string literal, docstring and comment of the program.
"""

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from reconciler.cli.main import app, run

ROOT = Path(__file__).parents[2]

BANNED = {
    r"somebody|anybody": "a person, another program, the user who …",
    r"anew": "again",
    r"tidings?": "notification, event",
    r"mend(s|ed|ing)?": "fix, correct, repair",
    r"of ours|of theirs": "our own, of the customer",
    r"papers": "output, report",
    r"(the|last|each|that|of) nights?|nights": "run, nightly run, last run",
    r"no good|all is well": "invalid; in sync",
    r"worth a look": "finding",
    r"rings?|rang": "notify, alert",
    r"troubles?": "problem, error",
    r"complaints?|complains?": "error",
    r"setbacks?": "failure of a side task",
    r"vouch(es|ed)?": "confirm",
    r"tells? (of|all)": "describe, notify",
    r"it is said|is said|said to be": "say who reports it",
    r"stands? (there|in|as)": "is written, is",
    r"guests? of": "identity of",
    r"riddles?|crew|wishes": "use the field's term",
}
"""Each pattern of whole words with what to write instead."""

ALLOWED = {
    "unreadable_for_nights": "the code of a finding",
    "last-night": "a value of --since",
    "setbacks": "a key of the JSON log",
    "complaints": "a key in the JSON of validate, and the fields that hold it",
}
"""Names in the interface that keep their words."""

FOLDERS = ("docs", "deploy", "examples", ".github")

PATTERN = re.compile(rf"\b({'|'.join(BANNED)})\b", re.I)
PAGES = (
    *("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"),
    *("tenants.example.yaml", "Makefile", "mkdocs.yml", "action.yml", ".pre-commit-hooks.yaml"),
)


def found(text: str) -> list[str]:
    """The banned words of a text."""
    for name in ALLOWED:
        text = text.replace(name, "")
    return [match[0] for match in PATTERN.finditer(text)]


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """The line and text of each string literal, docstring and comment of a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value  # without a space it is a key, a code or a name
    with tokenize.open(path) as lines:
        for token in tokenize.generate_tokens(lines.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


def helps(command: Any, name: str) -> Iterator[tuple[str, str]]:
    """The help of a command and of its subcommands."""
    yield name, command.get_help(typer.Context(command, info_name=name))
    for sub in getattr(command, "commands", {}).values():
        yield from helps(sub, f"{name} {sub.name}")


def test_pages_are_in_plain_english() -> None:
    """README, docs, examples, deploy/ and .github/ contain none of the words."""
    paths = [ROOT / page for page in PAGES]
    below = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.*"))
    paths += [path for path in below if path.is_file() and path.suffix not in (".png", ".pyc")]
    bad = {
        f"{path.relative_to(ROOT)}:{number}": words
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (words := found(line))
    }
    assert bad == {}


def test_help_is_in_plain_english() -> None:
    """The help of each command contains none of the words."""
    root = typer.main.get_command(app)
    bad = {name: words for name, text in helps(root, "pal-reconcile") if (words := found(text))}
    assert bad == {}


def test_the_schema_is_in_plain_english(capsys: pytest.CaptureFixture[str]) -> None:
    """The descriptions in the JSON Schema contain none of the words."""
    assert run(["schema"]) == 0
    assert found(capsys.readouterr().out) == []


def test_texts_of_the_program_are_in_plain_english() -> None:
    """String literals, docstrings and comments contain none of the words."""
    bad = {
        f"{path.relative_to(ROOT)}:{line}": words
        for path in (ROOT / "reconciler").rglob("*.py")
        for line, text in texts(path)
        if (words := found(text))
    }
    assert bad == {}


def test_module_docstrings_are_no_questions() -> None:
    """The first line of a module docstring says what the module is."""
    questions = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "reconciler").rglob("*.py")
        if (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "?").split(".")[0].count("?")
    ]
    assert questions == []
