"""`report`: today's state, what changed, the nights and each customer's course, as one page."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli import wiring
from reconciler.cli.flows.side_tasks import recorded
from reconciler.cli.options import Options, with_options
from reconciler.cli.selection import read_file
from reconciler.core.errors import WrongUsage
from reconciler.core.exit_status import of_plan
from reconciler.views.formats import Format


@with_options
def report(
    options: Options,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The page to write.")],
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there already.")
    ] = False,
) -> int:
    """Read every link and write one page that a browser opens. Nothing is written to Azure."""
    from reconciler.cli.flows.report_page import check_file, check_pages_extra, write_report
    from reconciler.cli.output import note
    from reconciler.views.summary import inventory_summary

    if options.format is not Format.TABLE:
        raise WrongUsage("the report is a page; for other formats take show or history")
    check_pages_extra()
    check_file(out, is_forced=force)
    with recorded("report", options) as account:
        selection = read_file(options)
        with wiring.read_session(options, selection) as run:
            account.run = run
            plan = account.fact = run.plan()
        write_report(out, run, plan)
        if not options.quiet:
            note(f"wrote {out}: {inventory_summary(plan)}")
        account.status = run.status(of_plan(plan, detailed=False))
    return account.status
