"""`plan`: what is there, and what should change? Never writes to Azure."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli import wire
from reconciler.cli.account import accounted
from reconciler.cli.options import Metrics, Options, with_options
from reconciler.cli.saved import save_plan
from reconciler.cli.selection import read_file
from reconciler.core.plan import Kind
from reconciler.core.statuses import Status, of_plan


@with_options
def plan(
    options: Options,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Save the plan, so that apply makes exactly this one."),
    ] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 when there are differences.")
    ] = False,
    metrics: Metrics = None,
) -> int:
    """Read every link and show the differences. Nothing is written to Azure."""
    from reconciler.cli.output import show

    with accounted("plan", options, metrics) as account:
        selection = read_file(options)
        with wire.opened(options, selection) as run:
            account.run = run
            plan = account.fact = run.plan()
        status = of_plan(plan, detailed=True)
        if out:
            save_plan(out, plan)
        if not (options.quiet and options.format == "table" and status is Status.IN_SYNC):
            show(plan, Kind.PLAN, options.format)
        account.status = run.status(of_plan(plan, detailed=detailed_exitcode))
    return account.status
