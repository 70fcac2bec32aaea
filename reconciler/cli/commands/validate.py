"""The command `validate`: checks tenants.yaml offline, and explains where its values come from."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.command_line import completion
from reconciler.cli.command_line.option_groups import SELECTION, TEXT_FORMATS, with_options
from reconciler.cli.command_line.options import Options
from reconciler.cli.selection import findings_of, now, read_file
from reconciler.core.errors import BadFile, WrongUsage
from reconciler.core.exit_status import Status
from reconciler.views.formats import Format, View


@with_options(*SELECTION, "format", "quiet", "arm_endpoint", formats=(*TEXT_FORMATS, Format.GITHUB))
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

    Works offline: no request is sent to Azure. --format github writes annotations, which GitHub
    Actions shows at the lines of a pull request.
    """
    from reconciler.cli.output import show, warn
    from reconciler.views.validation import Validation

    if name and not explain:
        raise WrongUsage(f"validate checks the whole file; did you mean --explain {name[0]}?")
    if explain:
        return _explain(options, name or (), without_secrets=without_secrets)
    github = options.format is Format.GITHUB
    folder = _folder_in_repository() if github else ""
    try:
        selection = read_file(options, with_secrets=not without_secrets, remembers=False)
    except BadFile as error:
        if not options.is_table:
            show(Validation(error.complaints, folder=folder), View.VALIDATION, options.format)
        if github:  # GitHub shows stderr in the same log
            return Status.BAD_FILE
        raise
    if not options.is_silent:
        findings = [f"{finding.message}; {finding.hint}" for finding in findings_of(selection)]
        valid = Validation((), len(selection.wanted), findings, folder)
        show(valid, View.VALIDATION, options.format)
        for finding in () if github else findings:
            warn(finding)
    return Status.IN_SYNC


def _folder_in_repository() -> str:
    """The current directory, relative to the repository that GitHub Actions has checked out."""
    here, workspace = Path.cwd(), os.environ.get("GITHUB_WORKSPACE")
    if not workspace or not here.is_relative_to(workspace):
        return ""
    return here.relative_to(workspace).as_posix()


def _explain(options: Options, names: Sequence[str], *, without_secrets: bool) -> int:
    from reconciler.cli.output import show
    from reconciler.config import explain

    if options.only or options.exclude:
        raise WrongUsage("--explain takes the tenants' names after it, not --only or --exclude")
    if options.format is Format.GITHUB:
        raise WrongUsage("--explain has no annotations; use another --format")
    if without_secrets or options.quiet:
        raise WrongUsage("--explain resolves no secrets: leave out --without-secrets and --quiet")
    explained = explain.explain(options.config, now().date(), names)
    show(explained, View.EXPLANATION, options.format)
    return Status.IN_SYNC
