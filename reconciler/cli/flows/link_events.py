"""Runs and link timelines of the history, as the command `history show` shows them."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

from reconciler.cli import output, state
from reconciler.cli.command_line.usage_errors import did_you_mean
from reconciler.cli.selection import read_file
from reconciler.core.errors import WrongUsage
from reconciler.core.exit_status import Status
from reconciler.core.history.link_history import Period, Write, timeline
from reconciler.core.selectors import SelectorIndex, record_index
from reconciler.views.formats import View

if TYPE_CHECKING:
    from reconciler.cli.command_line.options import Options
    from reconciler.config.load import Config
    from reconciler.core.history.customer_history import CustomerEvent
    from reconciler.store.history.repository import HistoryRepository

LAST_RUNS = 30


def show_runs(options: Options, last: int | None) -> int:
    """List the last runs; raises `WrongUsage` for a selection, which a list of runs ignores."""
    if options.only or options.exclude:
        raise WrongUsage(
            "the list of runs cannot be limited to single links: add --since WHEN or LINK, "
            "or leave out --only and --exclude"
        )
    config = read_file(options, with_secrets=False).config
    with closing(state.open_history(options, config.history, config.cloud)) as history:
        output.show(history.runs()[-(last or LAST_RUNS) :], View.RUNS, options.format)
    return Status.IN_SYNC


def show_events(
    options: Options, link: str | None, begin: datetime | None, last: int | None
) -> int:
    """Show what was seen and changed, of one link or since a moment, or both."""
    if last is not None:
        raise WrongUsage("--last counts runs: leave it out, or leave out LINK and --since")
    selection = read_file(options, with_secrets=False)
    config = selection.config
    with closing(state.open_history(options, config.history, config.cloud)) as history:
        events = _events(history, link, begin, config)
        customers = history.customer_events(begin) if link is None else ()
    if options.only or options.exclude:
        kept = {want.place.key for want in selection.wanted}
        events, customers = tuple(each for each in events if _key(each) in kept), ()
    shown = sorted((*events, *customers), key=_at)
    output.show(shown, View.EVENTS, options.format)
    return Status.IN_SYNC


def _events(
    history: HistoryRepository, link: str | None, begin: datetime | None, config: Config
) -> tuple[Period | Write, ...]:
    if link is None:
        return timeline(history.periods(begin), history.writes(begin))
    known = history.links()
    index = record_index(known, config.wanted, config.partners)
    keys = [known[number] for number in index.find(link)]
    if not keys:
        raise WrongUsage(f"the history has no link {link}{_hint(index, link)}")
    found = [history.link_history(*key) for key in keys]
    events = timeline(
        (period for one in found for period in one.periods),
        (write for one in found for write in one.writes),
    )
    return tuple(each for each in events if begin is None or _at(each) >= begin)


def _hint(index: SelectorIndex, link: str) -> str:
    """What is close to it: a link, or a subcommand of `history`, whose place it takes."""
    prefix, known = index.alternatives(link)
    close = did_you_mean(link, {*(prefix + each for each in known), "show", "rebuild", "migrate"})
    return close or "; use a tenant's name, glob or GUID, tag:X, or TENANT/IDENTITY"


def _at(each: Period | Write | CustomerEvent) -> datetime:
    return each.first_at if isinstance(each, Period) else each.at


def _key(each: Period | Write) -> tuple[str, str]:
    return each.observation.key if isinstance(each, Period) else each.key
