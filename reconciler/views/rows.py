"""Rows: the links of a plan or report in words, for every view.

A row holds raw text without escapes and colours; each view makes it safe in its own way.
"""

from dataclasses import dataclass, replace

from reconciler.core.access.values import Access
from reconciler.core.history.link_history import Key
from reconciler.core.inventory.inventory import NOTHING_KNOWN, Known, known_about
from reconciler.core.links import (
    WRITES,
    Action,
    Change,
    Observed,
    ObservedState,
    Problem,
    WantedState,
)
from reconciler.core.plan import Plan, Refusal, Report
from reconciler.core.problems import DEADLINE, INTERRUPTED
from reconciler.core.results import CONVERGED, Outcome, Result, not_written

SYMBOLS = {
    Action.NONE: " ",
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.REMOVE: "-",
    Action.CONFLICT: "!",
    Action.UNKNOWN: "?",
    Action.HELD: "=",
    Action.ATTESTED: "*",
    Action.UNMANAGED: ".",
}

QUIET = frozenset({Action.HELD, Action.ATTESTED, Action.UNMANAGED})
"""Actions of links that the file leaves alone: they count as in sync but are listed."""

CONFIRMATION = "confirmation"
"""The code of the refusal of a person who did not confirm, or could not be asked."""

_STATES = {
    ObservedState.LINKED: "linked",
    ObservedState.NOT_LINKED: "not linked",
    ObservedState.UNKNOWN: "unreadable",
}

_NOT_READ = "not read"


@dataclass(frozen=True, slots=True)
class Cause:
    """The reason why a link is not as wanted and will not be changed, and what to do about it.

    label           `conflict`, `unreadable`, `not read`, or a report's outcome
    code            the problem's stable code; the label where there is no problem
    correlation_id  Azure's ID of the write, or None
    """

    label: str
    code: str
    message: str
    hint: str
    correlation_id: str | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether the file leaves the link alone, so that nothing is wrong."""
        return self.label in QUIET


@dataclass(frozen=True, slots=True)
class Row:
    """One link in words.

    observed  the newest read of the link; None where none was made
    before    the link when the plan was made, with Azure's name for the partner
    after     the wanted link; empty where nothing is wanted
    cause     set where a person has to act; None for changes and links in sync
    known     what earlier runs know about the link, in an inventory
    """

    change: Change
    observed: Observed | None
    outcome: Outcome | None
    problem: Problem | None
    before: str
    after: str
    cause: Cause | None
    known: Known = NOTHING_KNOWN

    @property
    def action(self) -> Action:
        return self.change.action

    @property
    def symbol(self) -> str:
        return SYMBOLS[self.change.action]

    @property
    def key(self) -> Key:
        """The link's name in the file."""
        return self.change.place.key

    @property
    def tenant(self) -> str:
        return self.change.place.tenant

    @property
    def identity(self) -> str:
        return self.change.place.identity

    @property
    def directory(self) -> str:
        """The tenant's GUID; its domain where that could not be resolved."""
        seen = self.observed.tenant_id if self.observed else None
        return seen or self.change.place.directory

    @property
    def tenant_id(self) -> str | None:
        """The tenant's GUID, or None where only its domain is known."""
        return (self.observed.tenant_id if self.observed else None) or self.change.place.guid

    @property
    def found_tenant_id(self) -> str | None:
        """The GUID that the entry's domain leads to; None where the file names the GUID itself."""
        return self.tenant_id if self.change.place.is_named_by_domain else None

    @property
    def word(self) -> str:
        """The outcome in a word, or why there is none."""
        if self.outcome:
            return self.outcome.value
        if self.cause:
            return self.cause.label
        return "not tried" if self.action in WRITES else self.action.value

    @property
    def state(self) -> str:
        """The newest read in a word, without IDs."""
        return _state(self.observed)

    @property
    def now(self) -> str:
        """The newest read, with Azure's name for the partner."""
        return _side(self.observed)

    @property
    def access(self) -> Access | None:
        """The access of the principal; None if it was not checked."""
        return self.observed.access if self.observed else None

    @property
    def is_in_sync(self) -> bool:
        """Whether the link is as wanted. Links that the file leaves alone are not."""
        return self.action is Action.NONE


def plan_rows(plan: Plan) -> list[Row]:
    """Return one row for each link of the plan, in file order."""
    return [
        replace(_row(not_written(change)), known=known_about(plan, change))
        for change in plan.changes
    ]


def report_rows(report: Report) -> list[Row]:
    """Return one row for each link of the report, in file order."""
    return [_row(result) for result in report.results]


def is_not_read(problem: Problem | None) -> bool:
    """Tell whether a link was never tried, because the run was interrupted."""
    return problem is not None and problem.code in (INTERRUPTED.code, DEADLINE.code)


def refusal_sentence(refusal: Refusal) -> str:
    """Return which guard refused and why; the message of a missing confirmation says it all."""
    if refusal.guard == CONFIRMATION:
        return refusal.message
    return f"Refused by {refusal.guard}: {refusal.message}"


def _row(result: Result) -> Row:
    change = result.change
    return Row(
        change=change,
        observed=result.observed,
        outcome=result.outcome,
        problem=result.problem,
        before=_side(change.observed),
        after=_target(change, result.after),
        cause=_cause(result),
    )


def _state(observed: Observed | None) -> str:
    if observed is None or is_not_read(observed.problem):
        return _NOT_READ
    return _STATES[observed.state]


def _side(observed: Observed | None) -> str:
    if observed is None or observed.state is not ObservedState.LINKED:
        return _state(observed)
    return _partner(observed.partner_id or "", observed.partner_name)


def _target(change: Change, after: Observed | None) -> str:
    wanted = change.wanted
    if wanted.state is WantedState.UNMANAGED:
        return ""
    if wanted.partner_id is None:
        return "not linked"
    is_there = after is not None and after.partner_id == wanted.partner_id
    return _partner(wanted.partner_id, after.partner_name if after and is_there else None)


def _partner(partner_id: str, name: str | None) -> str:
    return f"{partner_id} ({name})" if name else partner_id


def _cause(result: Result) -> Cause | None:
    if result.outcome is not None and result.outcome not in CONVERGED:
        return _from_problem(result.outcome.value, result)
    if result.change.action is Action.UNKNOWN:
        return _from_problem(_state(result.observed), result)
    if result.change.action is Action.CONFLICT:
        # The reason's first sentence says what is wrong, the rest what to do about it.
        message, _, hint = result.change.reason.partition(". ")
        return Cause("conflict", "conflict", message, hint)
    return None


def _from_problem(label: str, result: Result) -> Cause:
    problem = result.problem or Problem(label, result.change.reason, "")
    return Cause(label, problem.code, problem.message, problem.hint, result.correlation_id)
