"""Results: the outcome of each change, decided from the reads before and after the write.

The read after a write decides. The reply to the write counts only if that read fails.
"""

from dataclasses import dataclass
from enum import StrEnum

from reconciler.core.links import Change, Observed, ObservedState, Problem


class Outcome(StrEnum):
    """The outcome of a change."""

    APPLIED = "applied"
    ALREADY = "already"
    STALE = "stale"
    FAILED = "failed"
    UNVERIFIED = "unverified"
    SKIPPED = "skipped"


class Reply(StrEnum):
    """The kind of reply to a write. It proves nothing; the read after it does."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one write.

    problem         why it was refused or lost; None if accepted
    correlation_id  Azure's x-ms-correlation-request-id, for support; None without an answer
    may_retry       whether the same write could succeed later
    may_have_taken  whether the write may have changed the link, whatever the answer is
    retry_after_s   seconds that Azure asked to wait first, or None
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
    """A change with its outcome.

    outcome         None if the plan asks for no write
    after           the last read since the plan, or None
    problem         why it did not converge, or None
    correlation_id  Azure's ID of the write, for support; None if no write was sent
    """

    change: Change
    outcome: Outcome | None
    after: Observed | None = None
    problem: Problem | None = None
    correlation_id: str | None = None

    @property
    def observed(self) -> Observed | None:
        """The newest read of this link."""
        return self.after or self.change.observed


def not_written(change: Change) -> Result:
    """The result of a change that asks for no write."""
    return Result(change, None, problem=change.problem)


def skipped(change: Change, problem: Problem) -> Result:
    """The result of a change that was not tried."""
    return Result(change, Outcome.SKIPPED, problem=problem)


def before_write(change: Change, now: Observed) -> Result | None:
    """The result that the read before the write decides; None if the write should be sent."""
    if now.problem:
        return Result(change, Outcome.SKIPPED, now, now.problem)
    if _is_wanted(change, now):
        return Result(change, Outcome.ALREADY, now)
    if change.observed is None or not now.same_link(change.observed):
        return Result(change, Outcome.STALE, now, _moved(change, now))
    return None


def after_write(change: Change, answer: Answer, after: Observed) -> Result:
    """The result that the read after the write decides, or the reply if that read failed."""
    outcome, problem = _judge(change, answer, after)
    return Result(change, outcome, after, problem, answer.correlation_id)


def _judge(change: Change, answer: Answer, after: Observed) -> tuple[Outcome, Problem | None]:
    if _is_wanted(change, after):
        return Outcome.APPLIED, None
    if answer.reply is Reply.REFUSED and not (after.problem and answer.may_retry):
        return Outcome.FAILED, answer.problem
    if after.problem:
        # A 503 of a gateway says as little about the write as no answer.
        return Outcome.UNVERIFIED, after.problem
    if change.observed is None or not after.same_link(change.observed):
        return Outcome.FAILED, _moved(change, after)
    if answer.reply is Reply.SILENT:
        return Outcome.UNVERIFIED, answer.problem
    return Outcome.FAILED, Problem(
        "not_changed",
        f"Azure accepted the {change.action}, but the link reads as before",
        "run plan again; if nothing changes, open a support case with the correlation ID in the "
        "report",
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
            "run plan again and review it",
        )
    return Problem(
        "changed_meanwhile",
        f"the link has changed since the plan: now {now.partner_id or 'not linked'}",
        "something else changes this link; run plan again and review it",
    )


def may_show_later(change: Change, answer: Answer, after: Observed) -> bool:
    """Whether a later read may still show the write: reads can be stale for a few seconds."""
    planned = change.observed
    return answer.may_have_taken and planned is not None and after.same_link(planned)


def may_repeat(change: Change, answer: Answer, after: Observed) -> bool:
    """Whether the write may be sent again: it could succeed, and the link reads as planned."""
    planned = change.observed
    return answer.may_retry and planned is not None and after.same_link(planned)
