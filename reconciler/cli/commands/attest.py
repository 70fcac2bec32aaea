"""The command `attest`: records in tenants.yaml what a person's report shows."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.command_line.option_groups import SELECTION, with_options
from reconciler.cli.command_line.options import Options


@with_options(*SELECTION, "no_color", "arm_endpoint")
def attest(
    options: Options,
    report: Annotated[
        Path,
        typer.Argument(metavar="REPORT", help="Report from apply --format json; - reads stdin."),
    ],
    by: Annotated[
        str | None,
        typer.Option(metavar="WHO", help="Who saw the links. Default: the person's username."),
    ] = None,
    note: Annotated[
        str | None, typer.Option(metavar="TEXT", help="A note to write with each attestation.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
) -> int:
    """Write attested: for links that only a person can read.

    A link is attested if the report shows it as tenants.yaml wants it. No request is sent to Azure.
    """
    from reconciler.cli.flows.customers.attestation import attest_report

    return attest_report(options, report, by, note, is_confirmed=yes)
