"""The plan, which says what to change, and the report of what was changed.

Both are plain data: `plan_json` writes them as JSON, `saved_plan` reads them back. A plan holds
what `apply` obeys; what only views show is in `plan_review` and `inventory`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from reconciler.core.findings import Finding
from reconciler.core.links import WRITES, Action, Change, ObservedState
from reconciler.core.results import Outcome, Result, not_written


class FactKind(StrEnum):
    """What the data is: its `kind` in JSON."""

    PLAN = "plan"
    REPORT = "report"
    INVENTORY = "inventory"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A guard that refuses the plan.

    message        what was found, the limit, and what to do next
    number, limit  what was found and what is allowed, in a few characters; both are empty for a
                   refusal that nothing overrides
    """

    guard: str
    message: str
    number: str = ""
    limit: str = ""

    @property
    def short(self) -> str:
        """For example `remove-count 11, limit 10 (--allow remove-count)`."""
        if not self.number:
            return self.guard
        return f"{self.guard} {self.number}, limit {self.limit} (--allow {self.guard})"


@dataclass(frozen=True, slots=True)
class Plan:
    """Every selected link with the action it needs, in the file's order.

    config_digest  of the file that it was made from, `sha256:…`
    created_at     when all reads had ended, UTC
    findings       what deserves attention and needs no write
    interrupted    the reads were cut short; such a plan is never applied
    for_day        the future day (UTC) that the file was read for; None for today. Not part of the
                   digest; the plan is not applied before that day
    not_selected   how many other links the file has
    cloud          the name of the cloud that was read
    endpoint       the origin of its Resource Manager; the plan is applied only there
    """

    changes: tuple[Change, ...]
    config_digest: str
    created_at: datetime
    tool_version: str
    findings: tuple[Finding, ...] = ()
    interrupted: bool = False
    for_day: date | None = None
    not_selected: int = 0
    cloud: str = ""
    endpoint: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether every selected link was read."""
        return not any(
            c.observed and c.observed.state is ObservedState.UNKNOWN for c in self.changes
        )

    @property
    def writes(self) -> tuple[Change, ...]:
        """The changes that write, in the file's order."""
        return tuple(change for change in self.changes if change.action in WRITES)


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a plan: one result for each of its changes, in the same order.

    refusals     the guards that refused; then nothing was written
    interrupted  the run was cut short; the changes that were not tried are `skipped`
    findings     those of the plan, and those of the writes
    failure      why the run itself failed; the changes that were not tried are `skipped`
    journal      the digest of the journal's last line; it reveals lines that are removed later
    """

    plan: Plan
    results: tuple[Result, ...]
    refusals: tuple[Refusal, ...] = ()
    interrupted: bool = False
    findings: tuple[Finding, ...] = ()
    failure: str | None = None
    journal: str | None = None


def not_applied(plan: Plan, refusals: Sequence[Refusal] = ()) -> Report:
    """The report of a plan that was not applied."""
    return Report(
        plan,
        tuple(not_written(change) for change in plan.changes),
        tuple(refusals),
        plan.interrupted,
        plan.findings,
    )


def count_actions(changes: Sequence[Change]) -> dict[str, int]:
    """The number of links, and of each action, in a fixed order."""
    counts = Counter(change.action for change in changes)
    return {"links": len(changes)} | {action.value: counts[action] for action in Action}


def count_outcomes(results: Sequence[Result]) -> dict[str, int]:
    """The number of changes with each outcome, in a fixed order."""
    counts = Counter(result.outcome for result in results)
    return {outcome.value: counts[outcome] for outcome in Outcome}
