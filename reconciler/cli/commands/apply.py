"""The command `apply`: makes the planned changes and verifies each."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli import wiring
from reconciler.cli.command_line.option_groups import (
    ALL_FORMATS,
    FULL,
    RUN,
    Allow,
    LockTimeout,
    MaxChanges,
    Metrics,
    with_options,
)
from reconciler.cli.command_line.options import Options
from reconciler.cli.flows.approval import ApplyPolicy, carry_out, check_allowed
from reconciler.cli.flows.plan_files import load_plan, moved
from reconciler.cli.flows.run_end.side_tasks import recorded
from reconciler.cli.selection import read_file
from reconciler.core.errors import WrongUsage

if TYPE_CHECKING:
    from reconciler.cli.run import Run
    from reconciler.core.plan import Plan, Refusal


@with_options(*RUN, *FULL, formats=ALL_FORMATS)
def apply(
    options: Options,
    plan: Annotated[
        Path | None,
        typer.Argument(metavar="[PLAN]", help="A plan saved with plan --out.", show_default=False),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    approve: Annotated[
        str | None,
        typer.Option(
            metavar="DIGEST",
            help="Apply only the plan with this digest. Counts as --yes.",
        ),
    ] = None,
    allow: Allow = None,
    max_changes: MaxChanges = None,
    lock_timeout: LockTimeout = 0.0,
    require_journal: Annotated[
        bool,
        typer.Option(
            "--require-journal",
            help="Change nothing if the state directory is on a temporary file system.",
        ),
    ] = False,
    metrics: Metrics = None,
) -> int:
    """Make the changes of a plan and verify each.

    Without PLAN, apply reads every link and makes a new plan. If people have to sign in, apply
    offers it on a terminal. With PLAN, apply makes the changes of a plan that was saved with
    plan --out.
    """
    from reconciler.cli.flows.confirmation import Consent, show_report
    from reconciler.cli.flows.customers.person_report import leave_report
    from reconciler.cli.flows.earlier_runs import duplicates
    from reconciler.cli.next_steps import after_apply
    from reconciler.core.exit_status import of_report

    if plan and (options.only or options.exclude):
        raise WrongUsage("apply PLAN applies the whole plan: leave out --only and --exclude")
    allowed = check_allowed(allow)
    with recorded("apply", options, metrics) as record:
        record.is_fresh = plan is None
        selection = read_file(options)
        limits = selection.config.limits
        policy = ApplyPolicy(limits, allowed, max_changes, approve, require_journal)
        consent = Consent(yes or approve is not None, options.format, options.quiet, options.full)
        with wiring.write_session(options, selection, lock_timeout, "apply", allowed) as (
            run,
            journal,
        ):
            record.run = run
            planned, refusals = _planned(plan, run, may_ask=not consent.is_given)
            consent.show_plan(planned, will_write=bool(planned.writes[:max_changes]))
            blocked = {}
            if plan and not refusals:
                blocked = duplicates(run, planned.changes) | moved(run, planned.writes)
            report = carry_out(
                run,
                journal,
                planned,
                policy,
                refusals=refusals,
                blocked=blocked,
                ask=lambda changes: consent.ask(changes, len(planned.writes)),
            )
        record.fact = report
        show_report(report, options)
        record.status = run.status(of_report(report))
        leave_report(report, selection, options)
        after_apply(report, record.status, options)
    return record.status


def _planned(plan: Path | None, run: "Run", *, may_ask: bool) -> "tuple[Plan, tuple[Refusal, ...]]":
    """The saved plan, and why it is refused; or a new plan."""
    from reconciler.cli.flows.customers.attended_sign_in import plan_with_sign_ins

    return load_plan(plan, run) if plan else (plan_with_sign_ins(run, may_ask=may_ask), ())
