"""What became of a change? The one place that decides an outcome from what was read.

The reply to a write is a guess; the read after it is the fact. Only where there is no fact does the
reply count.
"""

from dataclasses import dataclass
from enum import StrEnum

from reconciler.core.links import Change, Observed, ObservedState, Problem


class Outcome(StrEnum):
    """What became of one change."""

    APPLIED = "applied"
    ALREADY = "already"
    STALE = "stale"
    FAILED = "failed"
    UNVERIFIED = "unverified"
    SKIPPED = "skipped"


class Reply(StrEnum):
    """What came back from a write. Never proof of anything: only the read after it is."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one write.

    problem         what was refused or lost; None when accepted
    correlation_id  Azure's x-ms-correlation-request-id, for a support case; None without an answer
    may_retry       whether the same write could succeed a little later
    may_have_taken  whether the write may have changed the link, whatever the answer says
    retry_after_s   seconds that Azure asked to wait first; None where it asked for nothing
    """

    reply: Reply
    problem: Problem | None = None
    correlation_id: str | None = None
    may_retry: bool = False
    retry_after_s: float | None = None
    may_have_taken: bool = True


CONVERGED = frozenset({Outcome.APPLIED, Outcome.ALREADY})


@dataclass(frozen=True, slots=True)
class Result:
    """One change, and what became of it.

    outcome         None where the plan asked for no write
    after           the last read since the plan; None where there was none
    problem         why it did not converge; None otherwise
    correlation_id  Azure's ID of the write, for a support case; None where none was sent
    """

    change: Change
    outcome: Outcome | None
    after: Observed | None = None
    problem: Problem | None = None
    correlation_id: str | None = None

    @property
    def observed(self) -> Observed | None:
        """The newest thing that was read of this link."""
        return self.after or self.change.observed


def untouched(change: Change) -> Result:
    """The result of a change that asks for no write."""
    return Result(change, None, problem=change.problem)


def skipped(change: Change, problem: Problem) -> Result:
    """The result of a change that was not tried."""
    return Result(change, Outcome.SKIPPED, problem=problem)


def before_write(change: Change, now: Observed) -> Result | None:
    """Decide from the read just before the write: None means go ahead."""
    if now.problem:
        return Result(change, Outcome.SKIPPED, now, now.problem)
    if _is_wanted(change, now):
        return Result(change, Outcome.ALREADY, now)
    if change.observed is None or not now.same_link(change.observed):
        return Result(change, Outcome.STALE, now, _moved(change, now))
    return None


def after_write(change: Change, answer: Answer, after: Observed) -> Result:
    """Decide from the read just after the write, and from the reply only where no read helps."""
    outcome, problem = _judge(change, answer, after)
    return Result(change, outcome, after, problem, answer.correlation_id)


def _judge(change: Change, answer: Answer, after: Observed) -> tuple[Outcome, Problem | None]:
    if _is_wanted(change, after):
        return Outcome.APPLIED, None
    if answer.reply is Reply.REFUSED and not (after.problem and answer.may_retry):
        return Outcome.FAILED, answer.problem
    if after.problem:
        # A gateway's 503 says as little about what happened as no answer at all.
        return Outcome.UNVERIFIED, after.problem
    if change.observed is None or not after.same_link(change.observed):
        return Outcome.FAILED, _moved(change, after)
    if answer.reply is Reply.SILENT:
        return Outcome.UNVERIFIED, answer.problem
    return Outcome.FAILED, Problem(
        "not_changed",
        f"Azure accepted the {change.action}, but the link reads as before",
        "run plan again; if it stays so, ask Microsoft with the correlation ID in the report",
    )


def _is_wanted(change: Change, now: Observed) -> bool:
    return (
        now.state is not ObservedState.UNKNOWN
        and now.partner_id == change.wanted.partner_id
        and _same_principal(change.observed, now)
    )


def _same_principal(planned: Observed | None, now: Observed) -> bool:
    return planned is not None and (planned.tenant_id, planned.object_id) == (
        now.tenant_id,
        now.object_id,
    )


def _moved(change: Change, now: Observed) -> Problem:
    if not _same_principal(change.observed, now):
        return Problem(
            "principal_changed",
            f"another principal signs in now: {now.object_id} in {now.tenant_id}",
            "run plan again and look at what it shows",
        )
    return Problem(
        "changed_meanwhile",
        f"the link moved since the plan: now {now.partner_id or 'not linked'}",
        "somebody else writes this link; run plan again and look at what it shows",
    )


def may_show_later(change: Change, answer: Answer, after: Observed) -> bool:
    """Whether a later read may still show the write: reads can lag behind for a few seconds."""
    planned = change.observed
    return answer.may_have_taken and planned is not None and after.same_link(planned)


def may_repeat(change: Change, answer: Answer, after: Observed) -> bool:
    """Whether the write may be sent once more: worth it, and the link still reads as planned."""
    planned = change.observed
    return answer.may_retry and planned is not None and after.same_link(planned)
