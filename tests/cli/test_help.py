"""Help: it fits the line, has headings, and explains every environment variable."""

import json
import platform
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from reconciler.cli.commands.help import ENVIRONMENT
from reconciler.cli.main import app, run
from reconciler.version import __version__

HOUSE = Path(__file__).parents[2] / "reconciler"
HEADINGS = {
    *("Arguments", "Options", "Commands", "Selection options", "Output options"),
    *("Connection options", "Run options", "Exit status"),
}


def _commands(within: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    within = within or typer.main.get_command(app)
    yield path
    for name, command in getattr(within, "commands", {}).items():
        yield from _commands(command, (*path, name))


@pytest.mark.parametrize("command", list(_commands()), ids=" ".join)
def test_help_fits_80_columns_and_has_known_headings(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """`help X` and `X --help` print the same text to stdout with status 0."""
    assert run(["help", *command]) == 0
    by_command = capsys.readouterr().out
    assert run([*command, "--help"]) == 0
    text = capsys.readouterr().out
    assert text == by_command
    assert max(map(len, text.splitlines())) <= 80
    assert set(re.findall(r"^(\w[\w ]*):$", text, re.MULTILINE)) <= HEADINGS
    assert "..." not in re.sub(r"\]\.\.\.", "", text)
    assert "<=" not in text
    assert not re.search(r"\[\[|[{}]|[0-9]\.0[; \]]", text.replace("{command: [...]}", ""))


@pytest.mark.parametrize("command", [c for c in _commands() if c], ids=" ".join)
def test_a_summary_starts_with_a_verb_and_has_less_than_60_characters(
    command: tuple[str, ...],
) -> None:
    """It is the first line of the help, in the imperative, and a sentence."""
    known: Any = typer.main.get_command(app)
    for word in command:
        known = known.commands[word]
    summary = (known.help or known.callback.__doc__).splitlines()[0]
    assert len(summary) < 60
    assert summary.endswith(".")
    assert summary.split()[0] in {
        *("Write", "Read", "Check", "Make", "Run", "Show", "Sign", "Print", "Serve", "List"),
        *("Restore", "Upgrade", "Find"),
    }


@pytest.mark.parametrize("line", ["", "journal"])
def test_a_bare_group_shows_its_help(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On stdout with status 0, as `--help` does."""
    assert run(line.split()) == 0
    bare = capsys.readouterr()
    assert run([*line.split(), "--help"]) == 0
    assert (bare.out, bare.err) == (capsys.readouterr().out, "")


def test_help_environment_explains_every_variable(capsys: pytest.CaptureFixture[str]) -> None:
    """Each variable that an option or the code reads is listed with its meaning.

    One that begins with an underscore is set by the scripts of shell completion.
    """
    assert run(["help", "environment"]) == 0
    text = capsys.readouterr().out
    sources = "\n".join(path.read_text(encoding="utf-8") for path in HOUSE.rglob("*.py"))
    named = set(re.findall(r"(?<!_)PAL_RECONCILE_[A-Z_]*[A-Z]", sources))
    assert len(named) > 4
    assert [name for name in {*named, "REQUESTS_CA_BUNDLE", "NO_COLOR"} if name not in text] == []
    assert all(meaning.endswith(".") for meaning in ENVIRONMENT.values())
    assert max(map(len, text.splitlines())) <= 80


def test_help_for_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """It suggests the nearest one."""
    assert run(["help", "aply"]) == 64
    assert capsys.readouterr().err == "error: help does not know aply; did you mean apply?\n"


def test_version_as_json_has_what_a_bug_report_needs(capsys: pytest.CaptureFixture[str]) -> None:
    """Version, Python, platform, and each extra with whether it is installed."""
    assert run(["version", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["version"], facts["python"]) == (__version__, platform.python_version())
    assert facts["extras"]["html"] is True
    assert set(facts) == {"version", "python", "platform", "extras"}
    assert run(["version"]) == 0
    assert capsys.readouterr().out.startswith(f"pal-reconcile {__version__}\n")


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version_options_print_one_line(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both are the same."""
    assert run([option]) == 0
    assert capsys.readouterr().out == f"pal-reconcile {__version__}\n"
