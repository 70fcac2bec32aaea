"""Is this night worth a message, and to whom? Only a change is: what is known already rings nobody.

A night is compared with the nightly run before it, as the history has it. A link is told of when it
begins to differ or has been unreadable for so many nights, and once more when it has recovered; a
run that fails is told of when the one before it did not fail in that way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reconciler.core.endings import Ending
from reconciler.core.history import (
    Key,
    Period,
    Run,
    Sight,
    Standing,
    sights_of_plan,
    sights_of_report,
)
from reconciler.core.identities import SecretRef
from reconciler.core.links import WRITES, Action
from reconciler.core.news import count_nights
from reconciler.core.plan import Report
from reconciler.core.results import CONVERGED
from reconciler.core.statuses import Status

_DONE = frozenset({Status.IN_SYNC, Status.DIFFERENCES, Status.PARTIAL})
"""The run came to its end, whatever it found."""


class When(StrEnum):
    """What somebody wants to be told of."""

    CHANGE = "change"
    DRIFT = "drift"
    UNREADABLE = "unreadable"
    FAILURE = "failure"
    RECOVERY = "recovery"
    ALWAYS = "always"


class Kind(StrEnum):
    """What is told of, in the order in which somebody wants to read it."""

    FAILED = "the run failed"
    UNREADABLE = "newly unreadable"
    DRIFT = "new drift"
    REPAIRED = "repaired"
    RECOVERED = "recovered"
    RUNS_AGAIN = "the run works again"


_KINDS = {
    When.DRIFT: {Kind.DRIFT, Kind.REPAIRED},
    When.UNREADABLE: {Kind.UNREADABLE},
    When.FAILURE: {Kind.FAILED},
    When.RECOVERY: {Kind.RECOVERED, Kind.RUNS_AGAIN},
    When.CHANGE: set(Kind),
    When.ALWAYS: set(Kind),
}


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody who is told.

    to     where the address is to be found: it is a secret
    when   what they want to be told of
    after  so many nights a link must have been unreadable
    form   `text`, `markdown` or `html`
    """

    to: SecretRef
    when: frozenset[When] = frozenset({When.CHANGE})
    after: int = 1
    form: str = "text"


@dataclass(frozen=True, slots=True)
class Before:
    """What the history knew of the nights before this one.

    last    the nightly run before this; None for the first
    read    the last of them that read any link
    links   each link's period when that one ended
    latest  each link's newest period; it may have this night in it already, or not
    """

    last: Run | None = None
    read: Run | None = None
    links: Mapping[Key, Period] = field(default_factory=dict)
    latest: Mapping[Key, Period] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tiding:
    """One thing that may be told.

    sight   the link; None for what concerns the whole run
    nights  how many nights it has been unreadable, or was until now; else 1
    told    how many of those the night before counted
    """

    kind: Kind
    sight: Sight | None = None
    nights: int = 1
    told: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """What one listener is told.

    is_known  whether anybody knows what was there before
    """

    tidings: tuple[Tiding, ...]
    is_known: bool

    def of(self, kind: Kind) -> tuple[Tiding, ...]:
        """The tidings of this kind."""
        return tuple(each for each in self.tidings if each.kind is kind)


def tidings(ending: Ending, before: Before) -> tuple[Tiding, ...]:
    """All that is different from the night before, the worst first."""
    found = [*_of_run(ending, before), *_of_links(ending, before)]
    order = list(Kind)
    return tuple(sorted(found, key=lambda each: order.index(each.kind)))


def message_for(
    listener: Listener, ending: Ending, before: Before | None, found: Sequence[Tiding]
) -> Message | None:
    """What this listener is told of a night; None where it is nothing to them.

    before  None where the history cannot be read: then whatever is not well is told, each night
    """
    wanted = set().union(*(_KINDS[when] for when in listener.when))
    if before is None:
        is_sent = ending.status != Status.IN_SYNC or When.ALWAYS in listener.when
        return Message((), is_known=False) if is_sent else None
    kept = tuple(each for each in found if each.kind in wanted and _rings(each, listener.after))
    if kept or When.ALWAYS in listener.when:
        return Message(kept, is_known=True)
    return None


def _rings(tiding: Tiding, after: int) -> bool:
    """Whether the number of nights is passed now; and who heard nothing need not hear its end."""
    if tiding.kind is Kind.UNREADABLE:
        return tiding.told < after <= tiding.nights
    if tiding.kind is Kind.RECOVERED:
        return tiding.told >= after or tiding.nights == 0
    return True


def _of_run(ending: Ending, before: Before) -> list[Tiding]:
    last = before.last
    has_failed = ending.status not in _DONE
    did_fail = last is not None and last.status not in _DONE
    if has_failed and not (last and last.status == ending.status):
        return [Tiding(Kind.FAILED)]
    return [Tiding(Kind.RUNS_AGAIN)] if did_fail and not has_failed else []


def _of_links(ending: Ending, before: Before) -> list[Tiding]:
    fact = ending.fact
    if fact is None:
        return []
    repaired: set[Key] = set()
    if isinstance(fact, Report):
        sights = sights_of_report(fact, ending.ended_at)
        repaired = {
            (result.change.place.tenant, result.change.place.identity)
            for result in fact.results
            if result.change.action in WRITES and result.outcome in CONVERGED
        }
    else:
        sights = sights_of_plan(fact)
    found = (_of_link(sight, before, is_repaired=sight.key in repaired) for sight in sights)
    return [each for each in found if each]


def _of_link(sight: Sight, before: Before, *, is_repaired: bool) -> Tiding | None:
    was = before.links.get(sight.key)
    night_before = before.read.at if before.read else None
    if sight.standing is Standing.UNREADABLE:
        since = _since(before.latest.get(sight.key), sight)
        told = count_nights(since, night_before) if night_before and since <= night_before else 0
        return Tiding(Kind.UNREADABLE, sight, count_nights(since, sight.at), told)
    if sight.standing is Standing.DRIFT:
        is_new = was is None or was.standing is not Standing.DRIFT
        is_other = was is not None and _is_elsewhere(was.sight, sight)
        return Tiding(Kind.DRIFT, sight) if is_new or is_other else None
    if is_repaired:
        return Tiding(Kind.REPAIRED, sight)
    if was and was.standing is Standing.UNREADABLE and night_before:
        nights = count_nights(was.standing_since, night_before)
        return Tiding(Kind.RECOVERED, sight, nights, nights)
    is_well = sight.standing is Standing.IN_SYNC
    if is_well and was and was.standing is Standing.DRIFT:
        return Tiding(Kind.RECOVERED, sight, 0, 0)
    return None


def _since(latest: Period | None, sight: Sight) -> datetime:
    """Since when the link has stood as it does now."""
    if latest and latest.standing is sight.standing:
        return latest.standing_since
    return sight.at


def _is_elsewhere(was: Sight, sight: Sight) -> bool:
    """Whether a link that differed yesterday differs in another way today: somebody moved it."""
    return (was.partner_id, was.state) != (sight.partner_id, sight.state)


def worst(message: Message, ending: Ending, most: int) -> list[str]:
    """The worst that there is, a few words each: what was told, else what there is anyway."""
    named = [
        f"{sight.tenant} / {sight.identity}: {each.kind.value}{_why(sight)}"
        for each in message.tidings
        if (sight := each.sight)
    ]
    if named:
        return named[:most]
    plan = ending.plan
    changes = plan.changes if plan else ()
    bad = [c for c in changes if c.action in (Action.UNKNOWN, Action.CONFLICT)]
    bad += [c for c in changes if c.action in WRITES]
    findings = plan.findings if plan else ()
    links = [f"{c.place.tenant} / {c.place.identity}: {c.reason}" for c in bad]
    return [*links, *(finding.message for finding in findings), *ending.complaints][:most]


def _why(sight: Sight) -> str:
    if sight.problem:
        return f" ({sight.problem})"
    if sight.standing is Standing.DRIFT:
        return f" ({sight.partner_id or 'not linked'}, wanted {sight.wanted_partner_id or 'none'})"
    return ""
