"""The command `report`: current state, changes, run history and timelines as one HTML page."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli import wiring
from reconciler.cli.command_line.option_groups import (
    ACCESS,
    CONNECTION,
    LOG,
    SCALE,
    SELECTION,
    SERVICES,
    STATE,
    WORKERS,
    with_options,
)
from reconciler.cli.command_line.options import Options
from reconciler.cli.flows.access import check_access_options
from reconciler.cli.flows.run_end.side_tasks import recorded
from reconciler.cli.selection import read_file
from reconciler.core.exit_status import of_plan


@with_options(*SELECTION, "quiet", *LOG, *CONNECTION, *SERVICES, *STATE, *SCALE, *WORKERS, *ACCESS)
def report(
    options: Options,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The HTML page to write.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> int:
    """Write one HTML page about every link and past runs.

    The page shows the current state, the changes since the last run, the run history, and a
    timeline for each link. Nothing is written to Azure.
    """
    from reconciler.cli.flows.customers.customer_check import CustomerCheck
    from reconciler.cli.flows.report_page import check_file, write_report
    from reconciler.cli.next_steps import after_read
    from reconciler.cli.output import note
    from reconciler.views.summary import inventory_summary

    check_file(out, is_forced=force)
    check_access_options(options)
    with recorded("report", options) as record:
        selection = read_file(options)
        with wiring.read_session(options, selection) as run:
            record.run = run
            customers = CustomerCheck(run)
            plan = record.fact = customers.added_to(run.plan())
        write_report(out, run, plan)
        record.status = run.status(of_plan(plan, detailed=False))
        if not options.quiet:
            note(f"Wrote {out}: {inventory_summary(plan)}")
            after_read(plan, record.status, options)
    return record.status
