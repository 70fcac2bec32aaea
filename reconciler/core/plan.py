"""What is to be done, and what was done: the plan, and the report that grows out of it.

Both are plain data. `documents` gives them their JSON; no view is known here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from reconciler.core.findings import Finding
from reconciler.core.links import WRITES, Action, Change, ObservedState, Place
from reconciler.core.results import Outcome, Result, untouched

if TYPE_CHECKING:
    from reconciler.core.history.changes_since import ChangesSince
    from reconciler.core.inventory.inventory import Known


class FactKind(StrEnum):
    """What a document is for."""

    PLAN = "plan"
    REPORT = "report"
    INVENTORY = "inventory"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A guard that said no: its code, and its numbers with the ways on.

    number, limit  what was found and what is allowed, in a few characters; empty where the refusal
                   has no numbers, and then nothing overrides it
    """

    guard: str
    message: str
    number: str = ""
    limit: str = ""

    @property
    def short(self) -> str:
        """`remove-count 11, limit 10 (--allow remove-count)`"""
        if not self.number:
            return self.guard
        return f"{self.guard} {self.number}, limit {self.limit} (--allow {self.guard})"


@dataclass(frozen=True, slots=True)
class Forecast:
    """The guards that would refuse a plan, if this command made it now."""

    command: str
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Every selected link with what is to be done about it, in the file's order.

    config_digest  of the file it was made from, `sha256:…`
    created_at     when all reads had ended, UTC
    findings       what should be looked at, though it needs no write
    interrupted    the reads were cut short; such a plan is never applied
    news           what is new since a night, where that was asked for; no part of the digest
    known          what is known of each link besides the read, in an inventory; nor is it
    for_day        the day to come (UTC) that the file was read for; None for today. Never applied
                   before it, and no part of the digest
    not_selected   how many links the file has besides
    cloud          the name of the Azure that was read
    endpoint       the origin of its Resource Manager: the plan is applied there and nowhere else
    forecasts      the guards that would refuse it; shown to people, and no part of the JSON
    """

    changes: tuple[Change, ...]
    config_digest: str
    created_at: datetime
    tool_version: str
    findings: tuple[Finding, ...] = ()
    interrupted: bool = False
    changes_since: "ChangesSince | None" = None
    known: "Mapping[Place, Known] | None" = None
    for_day: date | None = None
    not_selected: int = 0
    cloud: str = ""
    endpoint: str = ""
    forecasts: tuple[Forecast, ...] = ()

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
    """What became of a plan: one result for each of its changes, in the same order.

    refusals     the guards that said no; then nothing was written
    interrupted  the run was cut short; what was not tried is `skipped`
    findings     the plan's, and those that the writes brought to light
    failure      why the run itself failed; what could not be tried then is `skipped`
    journal      the digest of the journal's last line: it shows a tail that was cut off later
    """

    plan: Plan
    results: tuple[Result, ...]
    refusals: tuple[Refusal, ...] = ()
    interrupted: bool = False
    findings: tuple[Finding, ...] = ()
    failure: str | None = None
    journal: str | None = None


def not_applied(plan: Plan, refusals: Sequence[Refusal] = ()) -> Report:
    """The report of a plan of which nothing was tried."""
    return Report(
        plan,
        tuple(untouched(change) for change in plan.changes),
        tuple(refusals),
        plan.interrupted,
        plan.findings,
    )


def count_actions(changes: Sequence[Change]) -> dict[str, int]:
    """How many links there are, and how many of each action: every action, in a fixed order."""
    counts = Counter(change.action for change in changes)
    return {"links": len(changes)} | {action.value: counts[action] for action in Action}


def count_outcomes(results: Sequence[Result]) -> dict[str, int]:
    """How many changes came to each outcome: every outcome, in a fixed order."""
    counts = Counter(result.outcome for result in results)
    return {outcome.value: counts[outcome] for outcome in Outcome}
