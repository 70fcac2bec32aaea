"""One-line summaries of plans, reports and inventories, which end every list.

A summary never says that nothing changed where a link could not be read or is in conflict.
Held, attested and unmanaged links are counted apart from those in sync.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from reconciler.core.access.link_access import count_verdicts
from reconciler.core.inventory.inventory import roles_as_of
from reconciler.core.links import WRITES, Action, Change, ObservedState
from reconciler.core.plan import Plan, Report, count_actions, count_outcomes
from reconciler.core.results import CONVERGED, Outcome
from reconciler.views.rows import CONFIRMATION, QUIET, is_not_read

_OUTCOME_WORDS = {
    Outcome.APPLIED: "applied and verified",
    Outcome.ALREADY: "already correct",
}
_PLAN_CUT = "Interrupted: not every link was read, so this plan cannot be applied."
_REPORT_CUT = "Interrupted: run it again to finish."
_FAILED = "The run itself failed."


def plan_summary(plan: Plan) -> str:
    """Return `Plan: 2 to create, 1 to update, 0 to remove; 1 conflict; 7 in sync; 1 held`."""
    counts = count_actions(plan.changes)
    attention = _attention(plan.changes)
    in_sync, quiet = counts[Action.NONE], _quiet(plan.changes)
    tail = [_PLAN_CUT if plan.interrupted else "", _for_day(plan), _not_selected(plan)]
    if plan.interrupted or plan.writes or attention:
        return _sentence("Plan", [_writes(counts), attention, f"{in_sync} in sync", quiet], tail)
    return _no_changes(in_sync, quiet, tail)


def report_summary(report: Report) -> str:
    """Return `Apply: 3 applied and verified; 1 failed; 1 conflict; 10 now in sync; 1 held`."""
    changes = report.plan.changes
    counts, outcomes = count_actions(changes), count_outcomes(report.results)
    attention, quiet = _attention(changes), _quiet(changes)
    in_sync = counts[Action.NONE] + sum(outcomes[outcome] for outcome in CONVERGED)
    tail = [
        _REPORT_CUT if report.interrupted else "",
        _FAILED if report.failure else "",
        _remaining(report),
        _not_selected(report.plan),
    ]
    if report.refusals:
        is_confirmed = any(refusal.guard != CONFIRMATION for refusal in report.refusals)
        head = f"{'refused' if is_confirmed else 'not confirmed'}, nothing was written"
        rest = [_writes(counts), attention, f"{in_sync} in sync", quiet] if report.results else []
        return _sentence("Apply", [head, *rest], tail)
    if not (report.plan.writes or attention or report.interrupted or report.failure):
        return _no_changes(in_sync, quiet, tail)
    good = [f"{outcomes[o]} {word}" for o, word in _OUTCOME_WORDS.items() if outcomes[o]]
    bad = [f"{n} {o}" for o, n in outcomes.items() if n and o not in _OUTCOME_WORDS]
    untried = sum(r.outcome is None and r.change.action in WRITES for r in report.results)
    if untried:
        bad.append(f"{untried} not tried")
    now = f"{in_sync} {'now ' if good else ''}in sync"
    clauses = [", ".join(good) or "0 applied", ", ".join(bad), attention, now, quiet]
    return _sentence("Apply", clauses, tail)


def inventory_summary(plan: Plan) -> str:
    """Return `12 links: 9 linked, 1 not linked, 1 unreadable, 1 not read (attested)`."""
    seen = [change.observed for change in plan.changes if not is_not_read(change.problem)]
    states = [observed.state if observed else None for observed in seen]
    words = {
        ObservedState.LINKED: "linked",
        ObservedState.NOT_LINKED: "not linked",
        ObservedState.UNKNOWN: "unreadable",
        None: "not read (attested)",
    }
    parts = [f"{number} {word}" for state, word in words.items() if (number := states.count(state))]
    if not_read := len(plan.changes) - len(seen):
        parts.append(f"{not_read} not read")
    cut = "Interrupted: not every link was read." if plan.interrupted else ""
    colon = ": " if parts else ""
    links = f"{count(len(plan.changes), 'link')}{colon}{', '.join(parts)}."
    return _sentences(links, access_sentence(plan), cut, _not_selected(plan))


def access_sentence(plan: Plan) -> str:
    """Return `Access: 3 eligible, 1 none (by Microsoft's list of roles of 2022-11-08).`."""
    as_of = roles_as_of(plan)
    if as_of is None:
        return ""
    counts = [f"{n} {verdict}" for verdict, n in count_verdicts(plan.changes).items() if n]
    found = ", ".join(counts) or "no link could be checked"
    return f"Access: {found} (by Microsoft's list of roles of {as_of})."


def unreadable_causes(changes: Iterable[Change]) -> str:
    """Return `388 app_not_in_tenant, 2 throttled`; empty if every link could be read."""
    codes = Counter(
        change.problem.code
        for change in changes
        if change.action is Action.UNKNOWN and change.problem
    )
    return ", ".join(f"{number} {code}" for code, number in codes.most_common())


def count(number: int, noun: str) -> str:
    """Return `1 link`, `2 links`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _no_changes(in_sync: int, quiet: str, tail: Sequence[str]) -> str:
    links = f"{count(in_sync, 'link')} in sync" if in_sync or not quiet else ""
    return _sentences(f"No changes. {_joined([links, quiet])}.", *tail)


def _writes(counts: dict[str, int]) -> str:
    return ", ".join(f"{counts[word]} to {word}" for word in ("create", "update", "remove"))


def _attention(changes: Iterable[Change]) -> str:
    """Count conflicts and unreadable links; those that were never tried are `not read`."""
    open_changes = [c for c in changes if c.action in (Action.CONFLICT, Action.UNKNOWN)]
    conflicts = sum(change.action is Action.CONFLICT for change in open_changes)
    not_read = sum(is_not_read(change.problem) for change in open_changes)
    unreadable = len(open_changes) - conflicts - not_read
    parts = [
        count(conflicts, "conflict") if conflicts else "",
        f"{unreadable} unreadable" if unreadable else "",
        f"{not_read} not read" if not_read else "",
    ]
    return ", ".join(filter(None, parts))


def _quiet(changes: Iterable[Change]) -> str:
    """Count held, attested and unmanaged links: they are never called in sync."""
    quiet = [change for change in changes if change.action in QUIET]
    actions = [change.action for change in quiet]
    parts = [f"{actions.count(action)} {action.value}" for action in Action if action in actions]
    unreadable = sum(
        change.observed is not None and change.observed.state is ObservedState.UNKNOWN
        for change in quiet
    )
    return ", ".join(parts) + (f" ({unreadable} of them unreadable)" if unreadable else "")


def _for_day(plan: Plan) -> str:
    return (
        f"This plan is for {plan.for_day} and cannot be applied before that day."
        if plan.for_day
        else ""
    )


def _remaining(report: Report) -> str:
    """Count the planned changes that a run with `--max-changes` or an interruption left."""
    left = sum(
        result.change.action in WRITES and result.outcome not in CONVERGED
        for result in report.results
    )
    is_partial = any(result.outcome is Outcome.SKIPPED for result in report.results)
    verb = "remains" if left == 1 else "remain"
    return f"{count(left, 'change')} {verb}." if is_partial else ""


def _not_selected(plan: Plan) -> str:
    """Count the links that `--only` or `--exclude` left out: a part must not pass for the whole."""
    if not plan.not_selected:
        return ""
    return f"{count(plan.not_selected, 'link')} in the file not selected."


def _sentence(head: str, clauses: Sequence[str], tail: Sequence[str]) -> str:
    return _sentences(f"{head}: {_joined(clauses)}.", *tail)


def _joined(clauses: Sequence[str]) -> str:
    return "; ".join(filter(None, clauses))


def _sentences(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
