"""Reference page of all commands, generated from the command line itself."""

import re
from collections.abc import Iterator
from typing import Any

import typer

from reconciler.cli.command_line.exit_status_help import statuses_of
from reconciler.cli.command_line.help_format import OWN_OPTIONS, ranges_in_words
from reconciler.cli.commands.help import ENVIRONMENT
from reconciler.cli.main import app

INTRODUCTION = """# Commands

This page is generated from the program. `pal-reconcile COMMAND --help` shows the same. All commands
use the same [exit statuses](../exit-statuses.md).
"""


def commands_page() -> str:
    """The page, in Markdown."""
    root = typer.main.get_command(app)
    context = typer.Context(root, info_name="pal-reconcile")
    sections = [line for name, below in _commands(root, context) for line in _section(name, below)]
    return "\n".join([INTRODUCTION, *sections, *_environment()]) + "\n"


def _commands(group: Any, context: Any) -> Iterator[tuple[str, Any]]:
    """Yield each command and subcommand with its name, in the order of the help."""
    for name in group.list_commands(context):
        command = group.commands[name]
        below = typer.Context(command, info_name=name, parent=context)
        yield below.command_path.removeprefix("pal-reconcile "), below
        if hasattr(command, "commands"):
            yield from _commands(command, below)


def _section(name: str, context: Any) -> Iterator[str]:
    command = context.command
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield from (f"## {name}", "", f"    {usage}", "", text(command.help or ""), "")
    panels: dict[str, list[list[str]]] = {}
    for param in command.get_params(context):
        if param.param_type_name == "argument":
            row = [f"`{param.metavar or param.name}`", param.help or ""]
            panels.setdefault("Arguments", []).append(row)
        elif (record := param.get_help_record(context)) and param.name != "help":
            panel = getattr(param, "rich_help_panel", None) or OWN_OPTIONS
            panels.setdefault(panel, []).append([f"`{record[0]}`", ranges_in_words(record[1])])
    if statuses := statuses_of(name):
        panels["Exit status"] = [[f"`{int(s)}`", meaning] for s, meaning in statuses.items()]
    for panel, rows in panels.items():
        yield from table((panel, "description"), rows)


def _environment() -> Iterator[str]:
    yield from ("## Environment variables", "")
    rows = [[f"`{name}`", meaning] for name, meaning in ENVIRONMENT.items()]
    yield from table(("variable", "meaning"), rows)


def table(heading: tuple[str, ...], rows: list[list[str]]) -> Iterator[str]:
    """Yield the lines of a table, with an empty line after it."""
    yield f"| {' | '.join(heading)} |"
    yield "|---" * len(heading) + "|"
    for row in rows:
        yield f"| {' | '.join(text(cell).replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def text(given: str) -> str:
    """A text in which Markdown reads no HTML. Paragraphs stay; in a table there is only one."""
    return "".join(
        part if part.startswith("`") else part.replace("<", "&lt;").replace("*", r"\*")
        for part in re.split("(`[^`]*`)", given)
    )
