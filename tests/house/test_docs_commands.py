"""Code blocks of README and docs/: each command parses, each example of JSON and YAML is valid."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from reconciler.cli.command_line.usage_errors import usage_message
from reconciler.cli.main import app
from tests.house.test_docs import PAGES, ROOT

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
_OPERATOR = re.compile(r"^([|;&]+|[0-9]?>.*|<.*)$")


def blocks(page: Path, *languages: str) -> list[str]:
    found = _BLOCK.findall(page.read_text(encoding="utf-8"))
    return [text for language, text in found if language in languages]


def commands(page: Path) -> Iterator[list[str]]:
    """The arguments of each `pal-reconcile` in a code block, without pipes and redirections."""
    text = page.read_text(encoding="utf-8")
    indented = "\n".join(re.findall(r"^    +(pal-reconcile .*)$", text, re.M))
    shells = [*blocks(page, "sh", "powershell"), indented]
    for line in re.sub(r"[\\`]\n\s*", " ", "\n".join(shells)).splitlines():
        found = re.match(
            r"(?:uvx --from \S+ |pipx run --spec \S+ )?pal-reconcile (.+)", line.strip()
        )
        if found:
            words = shlex.split(found[1], comments=True)
            end = next((n for n, word in enumerate(words) if _OPERATOR.match(word)), len(words))
            yield words[:end]


def mistake(arguments: list[str]) -> str:
    """What is wrong with a command line; nothing is run."""
    command: Any = typer.main.get_command(app)
    name = "pal-reconcile"
    try:
        while True:
            context = command.make_context(name, list(arguments))
            rest = [*context._protected_args, *context.args]
            if not hasattr(command, "commands") or not rest:
                return ""
            name, command, arguments = command.resolve_command(context, rest)
    except typer.TyperException as error:
        return usage_message(error)
    except typer.Exit:
        return ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_a_page_parse(page: Path) -> None:
    """Every command exists and has the options that the page prints."""
    wrong = {shlex.join(words): error for words in commands(page) if (error := mistake(words))}
    assert wrong == {}


def test_the_check_of_commands_finds_mistakes() -> None:
    """An unknown command and an unknown option are found."""
    assert "nonsense" in mistake(["nonsense"])
    assert "--nonsense" in mistake(["plan", "--nonsense"])
    assert "--nonsense" in mistake(["journal", "verify", "--nonsense"])
    assert len(list(commands(ROOT / "docs" / "get-started.md"))) >= 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_data_of_a_page_is_valid(page: Path) -> None:
    """Blocks of JSON and YAML parse."""
    for text in blocks(page, "json"):
        if "…" not in text:  # the others are shortened
            json.loads(text)
    for text in blocks(page, "yaml"):
        list(yaml.safe_load_all(text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_shell_of_a_page_has_no_syntax_error(page: Path) -> None:
    """`bash -n` accepts each block."""
    for text in blocks(page, "sh"):
        ran = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True)
        assert ran.returncode == 0, ran.stderr
