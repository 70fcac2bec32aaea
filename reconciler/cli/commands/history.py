"""`history`: what did earlier runs see and do? Azure is not asked."""

from contextlib import closing
from typing import Annotated

import typer

from reconciler.cli import wire
from reconciler.cli.options import Options, with_options
from reconciler.core.statuses import Status


@with_options
def history(
    options: Options,
    last: Annotated[
        int, typer.Option(metavar="N", min=1, help="Show the last N runs.", show_default=True)
    ] = 30,
) -> int:
    """List the runs that were recorded. Azure is not asked."""
    from reconciler.cli.output import show_runs

    with closing(wire.open_history(options)) as book:
        runs = book.runs()
    show_runs(runs[-last:], options.format)
    return Status.IN_SYNC
