"""An outcome depends on the read after a write, not on the reply."""

import pytest

from reconciler.core.links import Change, Observed, ObservedState, Problem, WantedState
from reconciler.core.results import (
    Answer,
    Outcome,
    Reply,
    after_write,
    before_write,
    may_repeat,
    may_show_later,
    not_written,
    skipped,
)
from tests.core.worlds import (
    FOREIGN,
    OLD,
    OURS,
    PROBLEM,
    change,
    linked,
    unknown,
    unlinked,
    wanted,
)

UPDATE = change(wanted(), linked(OLD))
CREATE = change(wanted(), unlinked())
REMOVE = change(wanted(WantedState.ABSENT), linked(OLD))

REFUSAL = Problem("forbidden", "403", "ask")
LOST = Problem("unavailable", "no answer", "look again")

ACCEPTED = Answer(Reply.ACCEPTED, correlation_id="c1")
REFUSED = Answer(Reply.REFUSED, REFUSAL, "c2")
SILENT = Answer(Reply.SILENT, LOST)

OTHER_PRINCIPAL = Observed(ObservedState.LINKED, "tid1", "another", OURS)


@pytest.mark.parametrize("planned", [UPDATE, CREATE, REMOVE])
@pytest.mark.parametrize("answer", [ACCEPTED, REFUSED, SILENT])
def test_a_link_that_reads_as_wanted_is_applied_for_any_reply(
    planned: Change, answer: Answer
) -> None:
    """A write that took effect is applied, even if the reply was lost or refused."""
    after = unlinked() if planned is REMOVE else linked(OURS)
    result = after_write(planned, answer, after)
    assert (result.outcome, result.problem) == (Outcome.APPLIED, None)
    assert result.observed == after
    assert result.correlation_id == answer.correlation_id


@pytest.mark.parametrize(
    ("answer", "after", "outcome", "code"),
    [
        (REFUSED, linked(OLD), Outcome.FAILED, "forbidden"),
        (REFUSED, unknown(), Outcome.FAILED, "forbidden"),
        (REFUSED, linked(FOREIGN), Outcome.FAILED, "forbidden"),
        (ACCEPTED, linked(OLD), Outcome.FAILED, "not_changed"),
        (ACCEPTED, unknown(), Outcome.UNVERIFIED, "unavailable"),
        (ACCEPTED, linked(FOREIGN), Outcome.FAILED, "changed_meanwhile"),
        (ACCEPTED, OTHER_PRINCIPAL, Outcome.FAILED, "principal_changed"),
        (SILENT, linked(OLD), Outcome.UNVERIFIED, "unavailable"),
        (SILENT, unknown(), Outcome.UNVERIFIED, "unavailable"),
        (SILENT, unlinked(), Outcome.FAILED, "changed_meanwhile"),
    ],
)
def test_a_write_that_does_not_read_as_wanted_has_its_outcome(
    answer: Answer, after: Observed, outcome: Outcome, code: str
) -> None:
    """It is failed if Azure or a read shows that, else unverified."""
    result = after_write(UPDATE, answer, after)
    assert result.problem is not None
    assert (result.outcome, result.problem.code) == (outcome, code)


@pytest.mark.parametrize("answer", [ACCEPTED, SILENT])
def test_a_removal_is_not_applied_because_the_link_cannot_be_read(answer: Answer) -> None:
    """The unknown read names the principal and no partner ID, like a link that is gone."""
    after = Observed.unknown(PROBLEM, tenant_id="tid1", object_id="oid1")
    result = after_write(REMOVE, answer, after)
    assert (result.outcome, result.problem) == (Outcome.UNVERIFIED, PROBLEM)


@pytest.mark.parametrize(
    ("after", "outcome", "code"),
    [
        (linked(OLD), Outcome.FAILED, "forbidden"),
        (unknown(), Outcome.UNVERIFIED, "unavailable"),
        (linked(OURS), Outcome.APPLIED, None),
    ],
)
def test_a_refusal_that_may_pass_proves_nothing(
    after: Observed, outcome: Outcome, code: str | None
) -> None:
    """A gateway's 503 may come after the write; the read decides if there is one."""
    result = after_write(UPDATE, Answer(Reply.REFUSED, REFUSAL, may_retry=True), after)
    assert (result.outcome, result.problem and result.problem.code) == (outcome, code)


@pytest.mark.parametrize(
    ("may_have_taken", "after", "expected"),
    [
        (True, linked(OLD), True),
        (False, linked(OLD), False),
        (True, linked(FOREIGN), False),
        (True, unknown(), False),
    ],
)
def test_only_a_write_that_may_have_taken_is_waited_for(
    may_have_taken: bool, after: Observed, expected: bool
) -> None:
    """A read can be stale for a few seconds; after a plain refusal there is nothing to wait for."""
    answer = Answer(Reply.SILENT, LOST, may_have_taken=may_have_taken)
    assert may_show_later(UPDATE, answer, after) is expected


def test_a_link_that_already_reads_as_wanted_is_not_written() -> None:
    """Nothing is written twice."""
    result = before_write(UPDATE, linked(OURS))
    assert result is not None
    assert (result.outcome, result.problem) == (Outcome.ALREADY, None)


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (linked(FOREIGN), "changed_meanwhile"),
        (unlinked(), "changed_meanwhile"),
        (OTHER_PRINCIPAL, "principal_changed"),
    ],
)
def test_a_link_that_moved_since_the_plan_is_stale(now: Observed, code: str) -> None:
    """It is not written, even if another principal carries the wanted ID."""
    result = before_write(UPDATE, now)
    assert result is not None
    assert result.problem is not None
    assert (result.outcome, result.problem.code) == (Outcome.STALE, code)


def test_a_link_that_cannot_be_read_before_the_write_is_skipped() -> None:
    """Nothing is written from an unknown state."""
    result = before_write(UPDATE, unknown())
    assert result is not None
    assert (result.outcome, result.problem) == (Outcome.SKIPPED, PROBLEM)


@pytest.mark.parametrize("planned", [UPDATE, CREATE, REMOVE])
def test_a_link_that_reads_as_planned_is_written(planned: Change) -> None:
    """The result is None, so that the write is sent."""
    assert planned.observed is not None
    assert before_write(planned, planned.observed) is None


def test_a_newer_version_of_the_same_link_is_not_stale() -> None:
    """Only the partner ID decides; the version may differ."""
    assert before_write(UPDATE, linked(OLD, version=9)) is None


def test_a_change_without_a_write_has_no_outcome() -> None:
    """Its problem and its read are the plan's."""
    result = not_written(change(wanted(), unknown()))
    assert (result.outcome, result.problem) == (None, PROBLEM)
    assert result.observed == unknown()


def test_a_skipped_change_has_a_reason() -> None:
    """It shows the plan's observation and the reason."""
    result = skipped(UPDATE, PROBLEM)
    assert (result.outcome, result.problem) == (Outcome.SKIPPED, PROBLEM)
    assert result.observed == linked(OLD)


@pytest.mark.parametrize(
    ("may_retry", "after", "expected"),
    [
        (True, linked(OLD), True),
        (False, linked(OLD), False),
        (True, linked(FOREIGN), False),
        (True, unknown(), False),
    ],
)
def test_a_write_is_repeated_only_while_the_link_reads_as_planned(
    may_retry: bool, after: Observed, expected: bool
) -> None:
    """A repeated write without a read could overwrite another change."""
    answer = Answer(Reply.SILENT, LOST, may_retry=may_retry)
    assert may_repeat(UPDATE, answer, after) is expected
