"""`nightly`: everything that a scheduler has to run, in one command."""

import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.flows.approval import check_allowed
from reconciler.cli.options import Metrics, Options, with_options

DEADLINE_S = 1800.0
"""So that one night's run is over when the next one, or the working day, begins."""


@with_options
def nightly(
    options: Options,
    repair: Annotated[
        bool, typer.Option("--repair", help="Make the changes, instead of only looking.")
    ] = False,
    exit_zero_on_drift: Annotated[
        bool,
        typer.Option(
            "--exit-zero-on-drift",
            help="Exit with 0 when there are differences: for those who alert on messages.",
        ),
    ] = False,
    splay: Annotated[
        float,
        typer.Option(metavar="SECONDS", min=0.0, help="Wait at random, at most so long, first."),
    ] = 0.0,
    allow: Annotated[
        list[str] | None,
        typer.Option(metavar="GUARD", help="Override one guard. Repeatable."),
    ] = None,
    max_changes: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="Make only the first N changes, in file order."),
    ] = None,
    lock_timeout: Annotated[
        float,
        typer.Option(metavar="SECONDS", min=0.0, help="How long to wait for another run."),
    ] = 0.0,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the report's page; last night's is replaced."),
    ] = None,
    metrics: Metrics = None,
) -> int:
    """For the scheduler: look or repair, then tell all who listen. It never asks anybody.

    --deadline is 1800 seconds here unless given. With -q nothing is printed when all is in sync,
    and one line otherwise. Differences end with 2, errors outrank them.

    With --repair stricter guards judge the whole plan and seven days of unattended changes,
    whatever --max-changes and --only are. See docs/safety.md.
    """
    from reconciler.cli.flows.nightly import NightlyOptions, run_nightly
    from reconciler.cli.flows.side_tasks import check_metrics_extra
    from reconciler.cli.output import show_night

    allowed = check_allowed(allow)
    if metrics:
        check_metrics_extra()
    if report:
        from reconciler.cli.flows.report_page import check_file, check_pages_extra

        check_pages_extra()
        check_file(report, is_forced=True)
    if splay:
        time.sleep(random.uniform(0, splay))  # noqa: S311 - to spread the load, not a secret
    if options.deadline is None:
        options = replace(options, deadline=DEADLINE_S)
    nightly_options = NightlyOptions(
        repair, allowed, max_changes, lock_timeout, exit_zero_on_drift, metrics, report
    )
    record = run_nightly(options, nightly_options)
    show_night(record.summary(), options)
    return record.exit_status
