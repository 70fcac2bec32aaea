"""Did somebody agree? The plan is shown first, then asked for, and then the report follows.

With `table` plan and report both go to stdout. Every other format is for programs: stdout holds the
report alone, and a person who is asked reads the plan on stderr.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.cli import output
from reconciler.cli.options import Options, OutputFormat
from reconciler.core.exit_status import Status, of_plan
from reconciler.core.links import Change
from reconciler.core.plan import FactKind, Plan, Refusal, Report

MANY = 10
"""Above so many changes a person types their number: a habit of typing y is too quick."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Whether a person has agreed, or can be asked.

    is_given  by --yes or by --approve
    form      how results are written
    is_quiet  whether nothing is to be said where there is nothing to tell
    """

    is_given: bool
    form: OutputFormat
    is_quiet: bool = False

    def show_plan(self, plan: Plan, *, will_write: bool) -> None:
        """Show what is about to be done, wherever somebody will read it.

        A saved plan that could not be read has no changes to show, and must not look in sync.
        """
        is_silent = self.is_quiet and of_plan(plan, detailed=True) is Status.IN_SYNC
        if not plan.changes or is_silent:
            return
        if self.form is OutputFormat.TABLE:
            output.show(plan, FactKind.PLAN, OutputFormat.TABLE)
        elif will_write and not self.is_given and output.asks_here():
            output.show(plan, FactKind.PLAN, OutputFormat.TABLE, to_stderr=True)

    def ask(self, making: Sequence[Change]) -> tuple[Refusal, ...]:
        """Ask on a terminal; without one nobody is asked and nothing is agreed."""
        if self.is_given or not making:
            return ()
        if not output.asks_here():
            return (
                Refusal("confirmation", "nobody was asked; to go on without asking, add --yes"),
            )
        count = len(making)
        answers = {str(count)} if count > MANY else {"y", "yes"}
        how = f"Type {count} to go on:" if count > MANY else "[y/N]"
        if _answer(f"\nMake {count} change{'s' * (count > 1)}? {how} ") in answers:
            return ()
        return (Refusal("confirmation", "not confirmed; run it again when you are ready"),)


def confirm(question: str) -> bool:
    """Ask a person at a terminal; False without one, or for anything but yes."""
    return output.asks_here() and _answer(f"\n{question} [y/N] ") in ("y", "yes")


def _answer(question: str) -> str:
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower()


def show_report(report: Report, options: Options) -> None:
    """Show what became of the plan; nothing twice where nothing was to be done."""
    has_news = bool(report.plan.writes or report.refusals or report.interrupted)
    if options.format is not OutputFormat.TABLE:
        output.show(report, FactKind.REPORT, options.format)
    elif has_news:
        sys.stdout.write("\n")
        output.show(report, FactKind.REPORT, OutputFormat.TABLE)
