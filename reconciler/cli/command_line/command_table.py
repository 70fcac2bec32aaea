"""Commands of the program by name. The module of a command is imported when the command is used.

Importing all of them would take a tenth of a second at each start.
"""

from collections import UserDict
from importlib import import_module
from typing import Any

import typer

from reconciler.cli.command_line.help_format import GroupedCommand, HelpfulGroup

COMMANDS = (
    "init",
    "discover",
    "validate",
    "plan",
    "apply",
    "nightly",
    "show",
    "access",
    "report",
    "evidence",
    "login",
    "attest",
    "doctor",
    "history",
    "journal",
    "schema",
    "emulator",
    "demo",
    "help",
    "version",
)
"""In the order of work, as `--help` lists them. Each has a module of its name in `cli/commands`."""


class CommandTable(UserDict[str, Any]):
    """The command of each name; None until it is used."""

    def __getitem__(self, name: str) -> Any:
        if self.data[name] is None:
            self.data[name] = _load(name)
        return self.data[name]


def _load(name: str) -> Any:
    """The function of this name, or the group of commands, as a command of the parser."""
    found = getattr(import_module(f"reconciler.cli.commands.{name}"), name)
    if isinstance(found, typer.Typer):
        return typer.main.get_group(found)
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name, cls=GroupedCommand)(found)
    return typer.main.get_command(alone)


class ProgramGroup(HelpfulGroup):
    """The program itself, as the group of its commands."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = CommandTable(dict.fromkeys(COMMANDS))
