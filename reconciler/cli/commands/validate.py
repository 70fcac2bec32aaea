"""`validate`: is the file fit to be used, and what does it say? Offline."""

from collections.abc import Sequence
from typing import Annotated

import typer

from reconciler.cli.options import Options, with_options
from reconciler.cli.selection import findings_of, now, read_file
from reconciler.core.errors import BadFile, WrongUsage
from reconciler.core.exit_status import Status


@with_options
def validate(
    options: Options,
    name: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME",
            help="With --explain: only these tenants, by name, glob, GUID, domain or tag:X.",
            show_default=False,
        ),
    ] = None,
    without_secrets: Annotated[
        bool,
        typer.Option(
            "--without-secrets",
            help="Secret references need not resolve, as in a pull request's pipeline.",
        ),
    ] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Show every value of each tenant and what says so. Secrets are not looked for.",
        ),
    ] = False,
) -> int:
    """Check the file and name everything that is wrong with it. Azure is not asked."""
    from reconciler.cli.output import emit, note
    from reconciler.views import validation

    if name and not explain:
        raise WrongUsage(f"validate checks the whole file; did you mean --explain {name[0]}?")
    if explain and (options.only or options.exclude):
        raise WrongUsage("--explain takes the tenants' names after it, not --only or --exclude")
    try:
        if explain:
            return _explain(options, name or ())
        selection = read_file(options, with_secrets=not without_secrets)
    except BadFile as error:
        if options.format != "table":
            emit(validation.render(options.format, error.complaints, links=None), options.format)
        raise
    if not (options.quiet and options.format == "table"):
        emit(validation.render(options.format, (), links=len(selection.wanted)), options.format)
        for finding in findings_of(selection):
            note(f"warning: {finding.message}; {finding.hint}")
    return Status.IN_SYNC


def _explain(options: Options, names: Sequence[str]) -> int:
    from reconciler.cli.output import emit
    from reconciler.config import explain
    from reconciler.views import explanation

    explained = explain.explain(options.config, now().date(), names)
    emit(explanation.render(options.format, explained), options.format)
    return Status.IN_SYNC
