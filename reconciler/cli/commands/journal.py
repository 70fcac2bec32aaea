"""`journal`: what was written, and is the record of it whole?"""

import sys

import typer

from reconciler.cli import wire
from reconciler.cli.options import Options, with_options
from reconciler.core.statuses import Status

journal = typer.Typer(name="journal", help="The record of all writes.", rich_markup_mode=None)


@journal.callback()
def _root() -> None:
    """The record of all writes."""


@journal.command()
@with_options
def verify(options: Options) -> int:
    """Find an edited or a missing line in the file's journal."""
    from reconciler.cli.output import note
    from reconciler.store.journal import verify as walk

    path = wire.journal_path(options)
    if not path.exists():
        note(f"{path}: no journal yet; the first apply begins it")
        return Status.IN_SYNC
    check = walk(path)
    if check.complaint:
        note(f"{path}: {check.complaint}")
        return Status.RUN_FAILED
    torn = "; the last line was cut short by a crash, the next apply seals it" * check.is_torn
    sys.stdout.write(f"{path}: {check.lines} lines, whole{torn}\nlast: {check.last}\n")
    return Status.IN_SYNC
