"""What is the whole in one line? The sentence that ends every list.

It never says that nothing changed where a link could not be read, or where somebody has to decide.
"""

from collections.abc import Sequence

from reconciler.core.links import WRITES, Action, ObservedState
from reconciler.core.plan import Plan, Report, count_actions, count_outcomes
from reconciler.core.results import CONVERGED, Outcome
from reconciler.views.rows import QUIET

_PLAN_CUT = "Interrupted: not every link was read, so this plan cannot be applied."
_REPORT_CUT = "Interrupted: run it again for the rest."
_FAILED = "The run itself failed."


def plan_summary(plan: Plan) -> str:
    """`Plan: 2 to create, 1 to update, 0 to remove; 1 conflict; 7 in sync (1 held).`"""
    counts = count_actions(plan.changes)
    clauses = [_writes(counts), _attention(counts), _in_sync(plan, counts)]
    tail = [_PLAN_CUT if plan.interrupted else "", _for_day(plan), _not_selected(plan)]
    if plan.interrupted or plan.writes or clauses[1]:
        return _sentence("Plan", clauses, tail)
    return _sentences(f"No changes. {_in_sync(plan, counts, 'link')}.", *tail)


def report_summary(report: Report) -> str:
    """`Apply: 3 applied, 1 already; 1 failed; 1 conflict, 1 unreadable; 7 in sync.`"""
    counts = count_actions(report.plan.changes)
    rest = [_attention(counts), _in_sync(report.plan, counts)]
    cut = [_REPORT_CUT if report.interrupted else "", _FAILED if report.failure else ""]
    tail = [*cut, _remaining(report), _not_selected(report.plan)]
    if report.refusals and not report.results:
        return "Apply: refused, nothing was written."
    if report.refusals:
        return _sentence("Apply: refused, nothing was written", [_writes(counts), *rest], tail)
    outcomes = count_outcomes(report.results)
    good = [f"{n} {word}" for word, n in outcomes.items() if n and word in CONVERGED]
    bad = [f"{n} {word}" for word, n in outcomes.items() if n and word not in CONVERGED]
    untried = sum(r.outcome is None and r.change.action in WRITES for r in report.results)
    if untried:
        bad.append(f"{untried} not tried")
    if not (report.plan.writes or rest[0] or any(cut)):
        return _sentences(f"No changes. {_in_sync(report.plan, counts, 'link')}.", *tail)
    return _sentence("Apply", [", ".join(good) or "0 applied", ", ".join(bad), *rest], tail)


def inventory_summary(plan: Plan) -> str:
    """`12 links: 9 linked, 1 not linked, 1 unreadable, 1 not read (attested).`"""
    states = [change.observed.state if change.observed else None for change in plan.changes]
    words = {
        ObservedState.LINKED: "linked",
        ObservedState.NOT_LINKED: "not linked",
        ObservedState.UNKNOWN: "unreadable",
    }
    parts = [f"{n} {word}" for seen, word in words.items() if (n := states.count(seen))]
    if unread := states.count(None):
        parts.append(f"{unread} not read (attested)")
    cut = "Interrupted: not every link was read." if plan.interrupted else ""
    links = f"{_count(len(states), 'link')}{': ' if parts else ''}{', '.join(parts)}."
    return _sentences(links, cut, _not_selected(plan))


def _writes(counts: dict[str, int]) -> str:
    return ", ".join(f"{counts[word]} to {word}" for word in ("create", "update", "remove"))


def _attention(counts: dict[str, int]) -> str:
    parts = []
    if conflicts := counts[Action.CONFLICT]:
        parts.append(_count(conflicts, "conflict"))
    if unknown := counts[Action.UNKNOWN]:
        parts.append(f"{unknown} unreadable")
    return ", ".join(parts)


def _in_sync(plan: Plan, counts: dict[str, int], noun: str = "") -> str:
    quiet = [f"{counts[a]} {a.value}" for a in Action if a in QUIET and counts[a]]
    unread = sum(
        c.action in QUIET and c.observed is not None and c.observed.state is ObservedState.UNKNOWN
        for c in plan.changes
    )
    if unread:
        quiet.append(f"{unread} of them unreadable")
    total = counts[Action.NONE] + sum(counts[action] for action in QUIET)
    number = _count(total, noun) if noun else str(total)
    return f"{number} in sync" + (f" ({', '.join(quiet)})" if quiet else "")


def _for_day(plan: Plan) -> str:
    return f"For {plan.for_day}, not to be applied before." if plan.for_day else ""


def _remaining(report: Report) -> str:
    """What a wave leaves to the next: the planned changes that are not made."""
    left = sum(
        result.change.action in WRITES and result.outcome not in CONVERGED
        for result in report.results
    )
    is_wave = any(result.outcome is Outcome.SKIPPED for result in report.results)
    verb = "remains" if left == 1 else "remain"
    return f"{_count(left, 'change')} {verb} to be made." if is_wave else ""


def _not_selected(plan: Plan) -> str:
    """A part of the file must not pass for the whole."""
    if not plan.not_selected:
        return ""
    return f"{_count(plan.not_selected, 'link')} of the file not selected."


def _sentence(head: str, clauses: Sequence[str], tail: Sequence[str]) -> str:
    text = "; ".join(clause for clause in clauses if clause)
    colon = "; " if ":" in head else ": "
    return _sentences(f"{head}{colon}{text}.", *tail)


def _sentences(*said: str) -> str:
    return " ".join(filter(None, said))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
