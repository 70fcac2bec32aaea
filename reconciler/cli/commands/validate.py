"""The command `validate`: checks tenants.yaml offline, and explains where its values come from."""

from collections.abc import Sequence
from typing import Annotated

import typer

from reconciler.cli.command_line import completion
from reconciler.cli.command_line.option_groups import SELECTION, with_options
from reconciler.cli.command_line.options import Options
from reconciler.cli.selection import findings_of, now, read_file
from reconciler.core.errors import BadFile, WrongUsage
from reconciler.core.exit_status import Status
from reconciler.views.formats import View


@with_options(*SELECTION, "format", "quiet", "arm_endpoint")
def validate(
    options: Options,
    name: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            autocompletion=completion.tenants,
            help="With --explain: only these tenants, by name, glob, GUID, domain or tag:X.",
            show_default=False,
        ),
    ] = None,
    without_secrets: Annotated[
        bool,
        typer.Option(
            "--without-secrets",
            help="Do not resolve secret references. For pull requests.",
        ),
    ] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Show every value of each tenant and the line that sets it.",
        ),
    ] = False,
) -> int:
    """Check tenants.yaml and report every error in it.

    Works offline: no request is sent to Azure.
    """
    from reconciler.cli.output import show, warn
    from reconciler.views.validation import Validation

    if name and not explain:
        raise WrongUsage(f"validate checks the whole file; did you mean --explain {name[0]}?")
    if explain:
        return _explain(options, name or (), without_secrets=without_secrets)
    try:
        selection = read_file(options, with_secrets=not without_secrets)
    except BadFile as error:
        if not options.is_table:
            show(Validation(error.complaints), View.VALIDATION, options.format)
        raise
    if not options.is_silent:
        show(Validation(links=len(selection.wanted)), View.VALIDATION, options.format)
        for finding in findings_of(selection):
            warn(f"{finding.message}; {finding.hint}")
    return Status.IN_SYNC


def _explain(options: Options, names: Sequence[str], *, without_secrets: bool) -> int:
    from reconciler.cli.output import show
    from reconciler.config import explain

    if options.only or options.exclude:
        raise WrongUsage("--explain takes the tenants' names after it, not --only or --exclude")
    if without_secrets or options.quiet:
        raise WrongUsage("--explain resolves no secrets: leave out --without-secrets and --quiet")
    explained = explain.explain(options.config, now().date(), names)
    show(explained, View.EXPLANATION, options.format)
    return Status.IN_SYNC
