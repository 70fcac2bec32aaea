"""Layout of `--help` in plain text: options under headings, and a bare group shows its help."""

import re
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

OWN_OPTIONS = "Options"


class GroupedCommand(TyperCommand):
    """A command whose help lists its options under the headings that they declare."""

    def format_options(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """Write the arguments, then the command's own options, then the shared ones."""
        arguments: list[tuple[str, str]] = []
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            if param.param_type_name == "argument":
                arguments.append((param.metavar or param.name, param.help or ""))  # type: ignore[attr-defined]
            elif record := param.get_help_record(ctx):
                heading = getattr(param, "rich_help_panel", None) or OWN_OPTIONS
                sections.setdefault(heading, []).append((record[0], ranges_in_words(record[1])))
        own = sections.pop(OWN_OPTIONS, [])
        for heading, records in (("Arguments", arguments), (OWN_OPTIONS, own), *sections.items()):
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


def ranges_in_words(text: str) -> str:
    """A help text with its range in words: `1<=x<=64` is `1 to 64`."""
    text = re.sub(r"([0-9.]+)<=x<=([0-9.]+)", r"\1 to \2", text)
    return re.sub(r"x>=([0-9]+)(\.0)?", r"at least \1", text)


class HelpfulGroup(TyperGroup):
    """A group of commands that shows its help if no command is named."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Ask for help in place of nothing."""
        is_bare = not args and not ctx.resilient_parsing
        return super().parse_args(ctx, ["--help"] if is_bare else args)
