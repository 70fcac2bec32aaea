"""`validate`: is the file fit to be used, and what does it say? Offline."""

from collections.abc import Sequence
from typing import Annotated

import typer

from reconciler.cli.options import Options, with_options
from reconciler.cli.selection import findings_of, now, read_file
from reconciler.core.errors import BadFile, WrongUsage
from reconciler.core.exit_status import Status
from reconciler.views.formats import View


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
    from reconciler.cli.output import note, show
    from reconciler.views.validation import Validation

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
            show(Validation(error.complaints), View.VALIDATION, options.format)
        raise
    if not (options.quiet and options.format == "table"):
        show(Validation(links=len(selection.wanted)), View.VALIDATION, options.format)
        for finding in findings_of(selection):
            note(f"warning: {finding.message}; {finding.hint}")
    return Status.IN_SYNC


def _explain(options: Options, names: Sequence[str]) -> int:
    from reconciler.cli.output import show
    from reconciler.config import explain

    explained = explain.explain(options.config, now().date(), names)
    show(explained, View.EXPLANATION, options.format)
    return Status.IN_SYNC
