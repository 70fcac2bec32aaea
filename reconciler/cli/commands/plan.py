"""The command `plan`: reads every link and shows the differences."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli import wiring
from reconciler.cli.command_line.option_groups import ALL_FORMATS, FULL, RUN, Metrics, with_options
from reconciler.cli.command_line.options import Options
from reconciler.cli.dates import HELP, day_to_come, moment
from reconciler.cli.flows.approval import forecasts
from reconciler.cli.flows.customers.people_folders import is_for_people, write_people_folders
from reconciler.cli.flows.plan_files import save_plan
from reconciler.cli.flows.run_end.side_tasks import recorded
from reconciler.cli.run_history import with_changes
from reconciler.cli.selection import read_file
from reconciler.core.errors import WrongUsage
from reconciler.core.exit_status import Status, of_plan
from reconciler.core.plan_review import PlanReview
from reconciler.views.formats import View


@with_options(*RUN, *FULL, formats=ALL_FORMATS)
def plan(
    options: Options,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Save the plan, for apply FILE. With --format markdown and only links of people: "
            "a new folder with a note and a tenants.yaml for them.",
        ),
    ] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 if there are differences.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help=f"Show what changed since then. {HELP}"),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Plan for this future day (UTC). It cannot be applied earlier.",
        ),
    ] = None,
    metrics: Metrics = None,
) -> int:
    """Read every link and show the differences.

    Nothing is written to Azure.
    """
    from reconciler.cli.next_steps import after_plan
    from reconciler.cli.output import show

    compared_with = moment(since) if since else None
    day = day_to_come(at) if at else None
    if day and metrics:
        raise WrongUsage("metrics describe today: leave out --metrics or --at")
    with recorded("plan", options, metrics) as record:
        selection = read_file(options, day=day)
        for_people = is_for_people(options, selection, out)
        with wiring.read_session(options, selection) as run:
            record.run = run
            made = replace(run.plan(), for_day=day)
            plan = record.fact = replace(PlanReview.of(made), forecasts=forecasts(run, made))
        if compared_with:
            plan = with_changes(run, plan, compared_with)
        has_news = of_plan(plan, detailed=True) is not Status.IN_SYNC or (
            plan.changes_since is not None and plan.changes_since.items
        )
        if out and for_people:
            folders = write_people_folders(options, selection, plan, out)
            plan = record.fact = replace(plan, folders=folders)
        elif out:
            save_plan(out, plan)
        record.status = run.status(of_plan(plan, detailed=detailed_exitcode))
        if has_news or not options.is_silent:
            show(plan, View.PLAN, options.format, is_full=options.full)
            after_plan(plan, record.status, options, out)
    return record.status
