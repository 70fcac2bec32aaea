"""The command `journal`: checks that the record of all writes is complete."""

import re
import sys
from os.path import lexists
from typing import Annotated

import typer

from reconciler.cli import state
from reconciler.cli.command_line.help_format import GroupedCommand, HelpfulGroup
from reconciler.cli.command_line.option_groups import FILE, STATE, with_options
from reconciler.cli.command_line.options import Options
from reconciler.core.errors import BadFile, WrongUsage
from reconciler.core.exit_status import Status

_DIGEST = re.compile("sha256:[0-9a-f]{64}")

journal = typer.Typer(name="journal", cls=HelpfulGroup, rich_markup_mode=None)


@journal.callback()
def _root() -> None:
    """Check the journal, the record of all writes."""


@journal.command(cls=GroupedCommand)
@with_options(*FILE, *STATE)
def verify(
    options: Options,
    ends_with: Annotated[
        str | None,
        typer.Option(
            metavar="DIGEST",
            help="Digest of the last line, from the last report. Finds an edited or missing end.",
        ),
    ] = None,
) -> int:
    """Find an edited or missing line in the journal.

    To find an edited last line, or lines removed at the end, add --ends-with.
    """
    from reconciler.cli.output import note
    from reconciler.config.notification_settings import read_notification_targets
    from reconciler.config.reading.files import fetch
    from reconciler.store.journal_check import verify as walk

    if ends_with is not None and not _DIGEST.fullmatch(ends_with):
        raise WrongUsage(
            "--ends-with takes sha256: and 64 hexadecimal digits, as a report shows it"
        )
    path = state.journal_path(options, read_notification_targets(options.config).history)
    if not lexists(path):
        if isinstance(missing := fetch(options.config), str):
            raise BadFile(f"{options.config}:1:1: {missing}")
        if ends_with:
            note(f"error: {path}: there is no journal; it should end with {ends_with}")
            return Status.RUN_FAILED
        note(f"{path}: there is no journal yet; the first apply creates it")
        return Status.IN_SYNC
    check = walk(path, ends_with)
    if check.error:
        note(f"error: {path}: {check.error}")
        return Status.RUN_FAILED
    torn = "; a crash cut the last line short, and the next apply seals it" * check.is_torn
    sys.stdout.write(f"{path}: {check.lines} lines, complete{torn}\nlast: {check.last}\n")
    if not ends_with:
        note(
            "Not checked: an edited last line, and lines removed at the end. "
            "To check these, add --ends-with DIGEST. The last report has the digest, after "
            "Journal ends with."
        )
    return Status.IN_SYNC
