"""Lines of a notification: its most important events, or what is wrong in any case."""

from collections.abc import Sequence

from reconciler.core.history.link_history import Health, Observation
from reconciler.core.history.notifications import Event, EventKind, Message
from reconciler.core.history.overview import plan_after
from reconciler.core.history.run_summary import RunSummary
from reconciler.core.links import WRITES, Action, Change
from reconciler.core.plan import Report
from reconciler.views.grouping import member_label


def worst(message: Message, run_summary: RunSummary, most: int) -> list[str]:
    """The most important events, a line each; without events, what is wrong in any case."""
    named = [
        (member_label(seen.key), each.kind.value + _why(each, seen))
        for each in message.events
        if (seen := each.observation)
    ]
    named += [(each.customer, each.kind.value) for each in message.events if each.customer]
    if named:
        return _grouped(named)[:most]
    fact = run_summary.fact
    plan = plan_after(fact) if isinstance(fact, Report) else fact
    changes = plan.changes if plan else ()
    bad = [c for c in changes if c.action in (Action.UNKNOWN, Action.CONFLICT)]
    bad += [c for c in changes if c.action in WRITES]
    findings = plan.findings if plan else ()
    links = [(member_label(c.place.key), _reason(c)) for c in bad]
    lines = [*_grouped(links), *(finding.message for finding in findings), *run_summary.complaints]
    return lines[:most]


def _grouped(links: Sequence[tuple[str, str]]) -> list[str]:
    """One line for each reason, with the first of its links and the number of the others."""
    labels: dict[str, list[str]] = {}
    for label, reason in links:
        labels.setdefault(reason, []).append(label)
    return [
        f"{same[0]}{f' and {len(same) - 1} more' if len(same) > 1 else ''}: {reason}"
        for reason, same in labels.items()
    ]


def _reason(change: Change) -> str:
    return f"unreadable ({change.problem.code})" if change.problem else change.reason


def _why(event: Event, observation: Observation) -> str:
    if event.kind in (EventKind.ACCESS_LOST, EventKind.ACCESS_GAINED):
        return f" ({observation.access.reason})" if observation.access else ""
    if observation.problem:
        return f" ({observation.problem})"
    if observation.health is Health.DRIFT:
        wanted = observation.wanted_partner_id or "none"
        return f" ({observation.partner_id or 'not linked'}, wanted {wanted})"
    return ""
