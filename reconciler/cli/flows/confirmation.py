"""Confirmation before changes: shows the plan, asks a person, then shows the report.

With `--format table` the plan and the report go to stdout. With every other format stdout holds
only the report, and the person who confirms reads the plan on stderr.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.cli import output
from reconciler.cli.command_line.options import Options
from reconciler.core.exit_status import Status, of_plan
from reconciler.core.links import Change
from reconciler.core.plan import Plan, Refusal, Report
from reconciler.views.formats import Format, View

GUARD = "confirmation"
"""The guard of a plan that was not confirmed."""

MAX_YES_CHANGES = 10
"""For more changes than this, a person types their number instead of y."""

CANCELLED = Refusal(GUARD, "Cancelled. Nothing was changed.")
NO_TERMINAL = Refusal(
    GUARD,
    "Not confirmed: there is no terminal to ask on. Nothing was changed. "
    "To apply without a prompt, add --yes.",
)


@dataclass(frozen=True, slots=True)
class Consent:
    """The confirmation of one plan.

    is_given  confirmed with --yes or --approve
    form      the format of the report
    is_quiet  print nothing when everything is in sync
    is_full   list every link of the plan's table
    """

    is_given: bool
    form: Format
    is_quiet: bool = False
    is_full: bool = False

    def show_plan(self, plan: Plan, *, will_write: bool) -> None:
        """Show the planned changes to the person who confirms them.

        A saved plan that could not be read has no changes, and must not look in sync.
        """
        is_silent = self.is_quiet and of_plan(plan, detailed=True) is Status.IN_SYNC
        if not plan.changes or is_silent:
            return
        if self.form is Format.TABLE:
            output.show(plan, View.PLAN, Format.TABLE, is_full=self.is_full)
        elif will_write and not self.is_given and output.asks_here():
            output.show(plan, View.PLAN, Format.TABLE, to_stderr=True)

    def ask(self, changes: Sequence[Change], planned: int) -> tuple[Refusal, ...]:
        """Ask for confirmation on the terminal; returns why the changes are not confirmed.

        planned  how many changes the plan has; --max-changes may leave some for later
        """
        if self.is_given or not changes:
            return ()
        if not output.asks_here():
            return (NO_TERMINAL,)
        count = len(changes)
        needs_number = count > MAX_YES_CHANGES
        accepted = {str(count)} if needs_number else {"y", "yes"}
        hint = f"Type {count} to continue:" if needs_number else "[y/N]"
        what = f"{count} change{'s' * (count > 1)}"
        if count < planned:
            what = f"the first {f'{count} ' if count > 1 else ''}of {planned} changes"
        answer = _answer(f"\nMake {what}? {hint} ")
        return () if answer in accepted else (CANCELLED,)


def confirm(question: str) -> bool:
    """Ask a yes-or-no question; False without a terminal, and for every answer except yes."""
    return output.asks_here() and _answer(f"\n{question} [y/N] ") in ("y", "yes")


def _answer(question: str) -> str:
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower()


def show_report(report: Report, options: Options) -> None:
    """Show the report of an apply.

    As a table, a run without changes shows nothing, because the plan said so. A plan that was not
    confirmed shows one sentence, because its table was shown before the question.
    """
    if options.format is not Format.TABLE:
        output.show(report, View.REPORT, options.format)
        return
    unconfirmed = [refusal for refusal in report.refusals if refusal.guard == GUARD]
    if unconfirmed:
        output.emit(f"\n{unconfirmed[0].message}\n")
    elif report.plan.writes or report.refusals or report.interrupted:
        sys.stdout.write("\n")
        output.show(report, View.REPORT, Format.TABLE, is_full=options.full)
