"""Layout of `--help` in plain text: options under headings, and a bare group shows its help."""

import re
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

OWN_OPTIONS = "Options"


class GroupedCommand(TyperCommand):
    """A command whose help lists its options under the headings that they declare."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run the command. The parser would end with 130 at Ctrl-C, and say nothing."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Abort from None

    def collect_usage_pieces(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """The words after the command. Arguments are written as they are declared: `[PLAN]`."""
        params = self.get_params(ctx)
        arguments = [param for param in params if param.param_type_name == "argument"]
        return ["[OPTIONS]", *(str(param.metavar or param.name) for param in arguments)]

    def format_options(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """Write the arguments, the command's own options, the shared ones, and exit statuses."""
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
        from reconciler.cli.command_line.exit_status_help import statuses_of

        statuses = statuses_of(ctx.command_path.partition(" ")[2])
        if statuses:
            with formatter.section("Exit status"):
                formatter.write_dl([(str(int(s)), text) for s, text in statuses.items()])


def ranges_in_words(text: str) -> str:
    """A help text with its default and range in words: `0.0<=x<=64` is `0 to 64`."""
    text = re.sub(r"([0-9.]+)<=x<=([0-9.]+)", r"\1 to \2", text)
    text = re.sub(r"x>=([0-9.]+)", r"at least \1", text)
    return re.sub(r"\[[^][]*\]$", lambda found: re.sub(r"\b([0-9]+)\.0\b", r"\1", found[0]), text)


class HelpfulGroup(TyperGroup):
    """A group of commands that shows its help if no command is named."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Ask for help in place of nothing."""
        is_bare = not args and not ctx.resilient_parsing
        return super().parse_args(ctx, ["--help"] if is_bare else args)
