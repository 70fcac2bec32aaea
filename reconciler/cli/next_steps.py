"""Hints on stderr after a result: the next command, and why the exit status is not 0."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.cli.output import note
from reconciler.core.exit_status import Status, is_beyond_limit
from reconciler.core.links import Action
from reconciler.core.plan import Plan, Report, count_actions, count_outcomes

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.cli.command_line.options import Options
    from reconciler.core.doctor.checkup import Checkup
    from reconciler.core.plan_review import PlanReview

NEW_PARTNER_ID = "new-partner-id"
"""The guard that lets through a first few links with an ID that no link carries yet."""

PLAN_REASONS = {Action.CONFLICT: "in conflict", Action.UNKNOWN: "unreadable"}


def after_plan(plan: PlanReview, status: int, options: Options, out: Path | None) -> None:
    """Name the command that makes these changes, and the guards that would refuse it."""
    if not options.is_table:
        return
    after_read(plan, status, options)
    if not plan.writes or plan.interrupted:
        return
    guards = [
        refusal.guard
        for forecast in plan.forecasts
        if forecast.command == "apply"
        for refusal in forecast.refusals
    ]
    if not plan.for_day:  # the summary says from which day it can be applied
        command = command_line("apply", options, str(out) if out else None)
        if guards == [NEW_PARTNER_ID]:
            note(f"To make the first of these changes, run: {command} --max-changes 1")
            note(f"{NEW_PARTNER_ID} would refuse all of them until a link carries the partner ID.")
            return
        note(f"To make these changes, run: {command}")
    if guards:
        names = ", ".join(guards)
        note(f"apply would be refused by {names}. Review the plan before you use --allow.")


def after_read(plan: Plan, status: int, options: Options) -> None:
    """Say why the status is 4 if links could not be read, and how to find out more."""
    if explain_status(plan, status, options):
        note(f"To check each step and what to do, run: {command_line('doctor', options)}")


def explain_status(plan: Plan, status: int, options: Options) -> bool:
    """Say why the status is 4 if links could not be read. Return whether it is."""
    if status != Status.PARTIAL or not options.is_table:
        return False
    from reconciler.views.summary import unreadable_causes

    unread, causes = _counts(plan, Action.UNKNOWN), unreadable_causes(plan.changes)
    note(f"Exit status 4: {f'{unread} ({causes})' if unread else 'the run was interrupted'}.")
    return True


def after_apply(report: Report, status: int, options: Options) -> None:
    """Say why the status is 4."""
    if status != Status.PARTIAL or not options.is_table:
        return
    reasons = [_counts(report.plan, action) for action in (Action.CONFLICT, Action.UNKNOWN)]
    outcomes = count_outcomes(report.results)
    outcomes["skipped"] -= sum(map(is_beyond_limit, report.results))
    for outcome in ("failed", "stale", "unverified", "skipped"):
        if count := outcomes[outcome]:
            reasons.append(f"{_links(count)} {outcome}")
    reasons = [reason for reason in reasons if reason]
    note(f"Exit status 4: {', '.join(reasons) or 'the run was interrupted'}.")
    if report.plan.writes or reasons:
        note(f"To see what is left, run: {command_line('plan', options)}")


def after_login(identity: str, has_failures: bool, options: Options) -> None:
    """Name the command that uses the sign-in, or that finds out why it failed."""
    if not options.is_table:
        return
    command = "doctor" if has_failures else "plan"
    purpose = "find out why a sign-in failed" if has_failures else "compare with Azure"
    selected = replace(options, only=[f"identity:{identity}"], exclude=None)
    note(f"To {purpose}, run: {command_line(command, selected)}")


def after_doctor(checkup: Checkup, options: Options) -> None:
    """Name the commands that write to customers, if any customer has something to do."""
    requests = [check.request for check in checkup.checks if check.request]
    if not options.is_table or not requests:
        return
    command = command_line("doctor", options)
    note(f"For a note to each customer, run: {command} --format markdown --out notes")
    if any(request.link for request in requests):
        note(f"For a table of the consent links, run: {command} --format csv")
        note("A consent link needs a redirect URI on the app registration (AADSTS500113 without).")


def command_line(command: str, options: Options, plan: str | None = None) -> str:
    """A command over the same file and selection, as a shell takes it."""
    words = ["pal-reconcile", command, *([plan] if plan else [])]
    if str(options.config) != "tenants.yaml":
        words += ["-c", str(options.config)]
    if not plan:
        for option, selectors in (("--only", options.only), ("--exclude", options.exclude)):
            for selector in selectors or ():
                words += [option, selector]
    return shlex.join(words)


def _counts(plan: Plan, action: Action) -> str:
    count = count_actions(plan.changes)[action.value]
    return f"{_links(count)} {PLAN_REASONS[action]}" if count else ""


def _links(count: int) -> str:
    return f"{count} link{'s' * (count != 1)}"
