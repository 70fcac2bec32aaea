"""`history`: what did earlier runs see and do? Azure is not asked."""

import sys
from contextlib import closing
from datetime import datetime
from os.path import lexists
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from reconciler.cli import state
from reconciler.cli.dates import HELP, moment
from reconciler.cli.options import Options, with_options
from reconciler.cli.selection import read_file
from reconciler.core.errors import WrongUsage
from reconciler.core.exit_status import Status
from reconciler.core.history.link_history import Period, Write, timeline
from reconciler.core.selectors import record_index
from reconciler.views.formats import View

if TYPE_CHECKING:
    from reconciler.config.load import Config
    from reconciler.store.history.repository import HistoryRepository


class _OrShow(TyperGroup):
    """A group whose first word may be left out: `history Fabrikam` is `history show Fabrikam`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put the word in front of anything that is no command and asks for no help."""
        if not args or args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["show", *args]
        return super().parse_args(ctx, args)


history = typer.Typer(
    name="history",
    cls=_OrShow,
    rich_markup_mode=None,
)


@history.callback()
def _root() -> None:
    """What earlier runs saw and did. Azure is not asked.

    `show` may be left out: history, history LINK, history --since WHEN; see history show --help.
    """


@history.command()
@with_options
def show(
    options: Options,
    link: Annotated[
        str | None,
        typer.Argument(
            metavar="LINK", help="A tenant's name or glob, or TENANT/IDENTITY: tell its life."
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help=f"All that was seen and written since. {HELP}"),
    ] = None,
    last: Annotated[
        int, typer.Option(metavar="N", min=1, help="Without LINK and --since: the last N runs.")
    ] = 30,
) -> int:
    """List the runs; tell the life of a link; or list all that happened since a date.

    `show` may be left out.
    """
    from reconciler.cli import output

    begin = moment(since) if since else None
    selection = read_file(options, with_secrets=False)
    config = selection.config
    with closing(state.open_history(options, config.history, config.cloud)) as book:
        if link is None and begin is None:
            output.show(book.runs()[-last:], View.RUNS, options.format)
            return Status.IN_SYNC
        happened = _happened(book, link, begin, config)
    if options.only or options.exclude:
        kept = {(want.place.tenant, want.place.identity) for want in selection.wanted}
        happened = tuple(each for each in happened if _key(each) in kept)
    output.show(happened, View.EVENTS, options.format)
    return Status.IN_SYNC


@history.command()
@with_options
def rebuild(options: Options) -> int:
    """Take what was written from the journal, for runs that the history does not know."""
    from reconciler.store.history.from_journal import recordings
    from reconciler.store.journal import lines

    config = read_file(options, with_secrets=False).config
    path = state.journal_path(options, config.history)
    found = recordings(lines(path)) if lexists(path) else ()
    with closing(state.open_history(options, config.history, config.cloud)) as book:
        count = book.restore(found)
    sys.stdout.write(f"{len(found)} runs in the journal, {count} of them were not known\n")
    return Status.IN_SYNC


@history.command()
@with_options
def migrate(options: Options) -> int:
    """Give a shared history the newest schema: once, when all machines that use it are upgraded.

    This machine's own file is brought up to date by itself.
    """
    from reconciler.store.history.schema import VERSIONS, bring_up_to_date

    config = read_file(options, with_secrets=False).config
    with closing(state.open_history_database(options, config)) as database:
        before = bring_up_to_date(database)
        done = "has" if before == VERSIONS[-1] else f"was given (it had {before or 'none'})"
        sys.stdout.write(f"the history in {database.name} {done} the schema {VERSIONS[-1]}\n")
    return Status.IN_SYNC


def _happened(
    book: "HistoryRepository", link: str | None, begin: datetime | None, config: "Config"
) -> tuple[Period | Write, ...]:
    if link is None:
        return timeline(book.periods(begin), book.writes(begin))
    known = book.links()
    index = record_index(known, config.wanted, config.partners)
    keys = [known[number] for number in index.find(link)]
    if not keys:
        raise WrongUsage(
            f"the history has no link {link}; use a tenant's name, glob or GUID, tag:X, "
            "or TENANT/IDENTITY"
        )
    link_histories = [book.link_history(*key) for key in keys]
    return tuple(
        each
        for each in timeline(
            (period for link_history in link_histories for period in link_history.periods),
            (write for link_history in link_histories for write in link_history.writes),
        )
        if begin is None or _at(each) >= begin
    )


def _at(each: Period | Write) -> datetime:
    return each.first_at if isinstance(each, Period) else each.at


def _key(each: Period | Write) -> tuple[str, str]:
    return each.observation.key if isinstance(each, Period) else each.key
