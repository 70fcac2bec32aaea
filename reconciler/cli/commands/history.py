"""The command `history`: earlier runs, and what they saw and changed. Azure is not asked."""

import sys
from contextlib import closing
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from reconciler.cli import state
from reconciler.cli.command_line import completion
from reconciler.cli.command_line.help_format import GroupedCommand
from reconciler.cli.command_line.option_groups import (
    ALL_FORMATS,
    CONNECTION,
    FILE,
    SELECTION,
    STATE,
    with_options,
)
from reconciler.cli.command_line.options import Options
from reconciler.cli.dates import HELP, moment
from reconciler.cli.selection import read_file
from reconciler.core.exit_status import Status


class HistoryGroup(TyperGroup):
    """A group whose first word may be left out: `history Fabrikam` is `history show Fabrikam`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put `show` in front of everything that is neither a command nor asks for help."""
        known = {*self.commands, *ctx.help_option_names}
        if args or not ctx.resilient_parsing:  # a shell completes the first word: see below
            args = args if args and args[0] in known else ["show", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: typer.Context, incomplete: str) -> list[Any]:  # type: ignore[override]
        """Offer the commands, and what may follow `show`."""
        show: Any = self.commands["show"]
        below = show.make_context("show", [], parent=ctx, resilient_parsing=True)
        link = next(param for param in show.params if param.name == "link")
        own = super().shell_complete(ctx, incomplete)
        more = [*link.shell_complete(below, incomplete), *show.shell_complete(below, incomplete)]
        return list({item.value: item for item in (*own, *more)}.values())


history = typer.Typer(name="history", cls=HistoryGroup, rich_markup_mode=None)


@history.callback()
def _root() -> None:
    """Show earlier runs and the changes they made.

    No request is sent to Azure. `show` is optional: history, history LINK, history --since WHEN.
    For its options, run: pal-reconcile history show --help
    """


@history.command(cls=GroupedCommand)
@with_options(*SELECTION, "format", "no_color", *CONNECTION, *STATE, formats=ALL_FORMATS)
def show(
    options: Options,
    link: Annotated[
        str | None,
        typer.Argument(
            metavar="[LINK]",
            autocompletion=completion.tenants,
            help="Show the timeline of these links: a tenant's name or glob, or TENANT/IDENTITY.",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help=f"Show everything seen and changed since then. {HELP}"),
    ] = None,
    last: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="List the last N runs. Default: 30."),
    ] = None,
) -> int:
    """List runs, or show the timeline of links."""
    from reconciler.cli.flows.link_events import show_events, show_runs

    begin = moment(since) if since else None
    if link is None and begin is None:
        return show_runs(options, last)
    return show_events(options, link, begin, last)


@history.command(cls=GroupedCommand)
@with_options(*FILE, *CONNECTION, *STATE)
def rebuild(options: Options) -> int:
    """Restore recorded changes from the journal."""
    from reconciler.store.history.from_journal import recordings

    config = read_file(options, with_secrets=False).config
    found = recordings(state.journal_lines(options, config.history))
    with closing(state.open_history(options, config.history, config.cloud)) as repository:
        count = repository.restore(found)
    sys.stdout.write(f"Runs in the journal: {len(found)}. Added to the history: {count}.\n")
    return Status.IN_SYNC


@history.command(cls=GroupedCommand)
@with_options(*FILE, *CONNECTION, *STATE)
def migrate(options: Options) -> int:
    """Upgrade the schema of a shared history.

    Run it once, after all machines that use the history are upgraded. A history of this machine
    alone is upgraded automatically.
    """
    from reconciler.store.history.schema import VERSIONS, migrate_to_newest

    config = read_file(options, with_secrets=False).config
    with closing(state.open_history_database(options, config)) as database:
        before = migrate_to_newest(database)
        done = "has" if before == VERSIONS[-1] else f"was upgraded from {before or 'none'} to"
        sys.stdout.write(f"The history in {database.name} {done} schema {VERSIONS[-1]}.\n")
    return Status.IN_SYNC
