"""The command `nightly`: plans or applies unattended, then notifies."""

import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.command_line.option_groups import (
    ACCESS,
    FULL,
    RUN,
    SERVICES,
    Allow,
    LockTimeout,
    MaxChanges,
    Metrics,
    with_options,
)
from reconciler.cli.command_line.options import LONGEST_WAIT_S, Options
from reconciler.cli.flows.access import check_access_options
from reconciler.cli.flows.approval import check_allowed
from reconciler.core.errors import WrongUsage

DEADLINE_S = 1800.0
"""The default deadline: the run ends before the next one or the working day begins."""


@with_options(*RUN, *SERVICES, *FULL, *ACCESS)
def nightly(
    options: Options,
    repair: Annotated[
        bool, typer.Option("--repair", help="Make the changes. Without it, nightly only reads.")
    ] = False,
    exit_zero_on_drift: Annotated[
        bool,
        typer.Option(
            "--exit-zero-on-drift",
            help="Exit with 0 if there are differences, for alerts that rely on notifications.",
        ),
    ] = False,
    splay: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=0.0,
            max=LONGEST_WAIT_S,
            help="Wait a random time, at most this long, before starting.",
        ),
    ] = 0.0,
    allow: Allow = None,
    max_changes: MaxChanges = None,
    lock_timeout: LockTimeout = 0.0,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the HTML report here, replacing the last one."),
    ] = None,
    metrics: Metrics = None,
) -> int:
    """Run unattended: plan or apply, then notify.

    Never prompts. The default --deadline is 1800 seconds. With -q, nightly prints nothing if
    everything is in sync, and one line otherwise. It exits with 2 if there are differences.

    With --repair, stricter guards judge the whole plan and the unattended changes of the last
    seven days, regardless of --max-changes and --only.

    Documentation: https://pal-reconcile.github.io/pal-reconcile/safety/
    """
    from reconciler.cli.flows.nightly import NightlyOptions, run_nightly
    from reconciler.cli.flows.run_end.side_tasks import check_metrics_extra
    from reconciler.cli.output import show_night

    if not repair and (allow or max_changes is not None or lock_timeout):
        raise WrongUsage("--allow, --max-changes and --lock-timeout need --repair")
    check_access_options(options)
    allowed = check_allowed(allow)
    if metrics:
        check_metrics_extra()
    if report:
        from reconciler.cli.flows.report_page import check_file

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
