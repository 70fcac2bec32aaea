"""`validate`: is the file fit to be used? Offline."""

import sys
from typing import Annotated

import typer

from reconciler.cli.options import Options, with_options
from reconciler.cli.selection import read_file
from reconciler.core.errors import BadFile
from reconciler.core.statuses import Status


@with_options
def validate(
    options: Options,
    without_secrets: Annotated[
        bool,
        typer.Option(
            "--without-secrets",
            help="Secret references need not resolve, as in a pull request's pipeline.",
        ),
    ] = False,
) -> int:
    """Check the file and name everything that is wrong with it. Azure is not asked."""
    from reconciler.views import validation

    try:
        selection = read_file(options, with_secrets=not without_secrets)
    except BadFile as error:
        if options.format != "table":
            sys.stdout.write(validation.render(options.format, error.complaints, links=None))
        raise
    if not (options.quiet and options.format == "table"):
        sys.stdout.write(validation.render(options.format, (), links=len(selection.wanted)))
    return Status.IN_SYNC
