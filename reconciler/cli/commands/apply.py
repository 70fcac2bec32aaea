"""`apply`: make the changes. Plan, guards, confirmation, then each change, verified."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli import wiring
from reconciler.cli.flows.approval import ApplyPolicy, carry_out, check_allowed
from reconciler.cli.flows.plan_files import load_plan, moved
from reconciler.cli.flows.side_tasks import recorded
from reconciler.cli.options import Metrics, Options, with_options
from reconciler.cli.selection import read_file
from reconciler.core.errors import WrongUsage


@with_options
def apply(
    options: Options,
    plan: Annotated[
        Path | None,
        typer.Argument(metavar="PLAN", help="A plan saved with plan --out.", show_default=False),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    approve: Annotated[
        str | None,
        typer.Option(
            metavar="DIGEST", help="Apply only if the plan has this digest. Counts as --yes."
        ),
    ] = None,
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
    require_journal: Annotated[
        bool,
        typer.Option(
            "--require-journal", help="Write nothing where the state directory will not last."
        ),
    ] = False,
    metrics: Metrics = None,
) -> int:
    """Make the changes, and verify each: of a fresh plan, or of a saved one."""
    from reconciler.cli.flows.confirmation import Consent, show_report
    from reconciler.cli.flows.guard_inputs import duplicates
    from reconciler.core.exit_status import of_report

    if plan and (options.only or options.exclude):
        raise WrongUsage("a saved plan is applied whole: leave out --only and --exclude")
    allowed = check_allowed(allow)
    with recorded("apply", options, metrics) as account:
        account.is_fresh = plan is None
        selection = read_file(options)
        limits = selection.config.limits
        leave = ApplyPolicy(limits, allowed, max_changes, approve, require_journal)
        consent = Consent(yes or approve is not None, options.format, options.quiet)
        with wiring.write_session(options, selection, lock_timeout, "apply", allowed) as (
            run,
            journal,
        ):
            account.run = run
            planned, refusals = load_plan(plan, run) if plan else (run.plan(), ())
            consent.show_plan(planned, will_write=bool(planned.writes[:max_changes]))
            blocked = {}
            if plan and not refusals:
                blocked = duplicates(run, planned.changes) | moved(run, planned.writes)
            report = carry_out(
                run, journal, planned, leave, refusals=refusals, blocked=blocked, ask=consent.ask
            )
        account.fact = report
        show_report(report, options)
        account.status = run.status(of_report(report))
    return account.status
