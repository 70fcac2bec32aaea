"""What a journal gives back: the writes, and nothing that nobody saw."""

from typing import Any

from reconciler.core.results import Outcome
from reconciler.store.history.from_journal import RECOVERED, directories, recordings

AT = "2026-11-23T02:00:00Z"
LINK = {"tenant": "C1", "identity": "app", "tenant_id": "t", "object_id": "o", "at": AT}
RUN = {"event": "run", "run": "r1", "at": AT, "tool_version": "1", "config_digest": "c"}
INTENT = LINK | {"event": "intent", "run": "r1", "action": "update", "before": "1", "after": "2"}


def outcome(word: str) -> dict[str, Any]:
    """The end of that write."""
    end = {"event": "outcome", "run": "r1", "outcome": word, "problem": None}
    return LINK | end | {"correlation_id": "id"}


def found(*lines: dict[str, Any]) -> list[Outcome | None]:
    """The outcomes of all writes that these lines tell of."""
    return [write.outcome for each in recordings(lines) for write in each.writes]


def test_a_write_is_told_with_its_end() -> None:
    """And counted to its run."""
    (told,) = recordings([RUN, INTENT, outcome("applied")])
    assert (told.run.id, told.run.status, told.run.writes) == ("r1", None, 1)
    (write,) = told.writes
    assert (write.before, write.after, write.correlation_id) == ("1", "2", "id")
    assert told.observations == ()


def test_what_was_not_tried_is_no_write() -> None:
    """Skipped is skipped."""
    assert found(RUN, INTENT, outcome("skipped")) == []


def test_a_write_that_a_crash_cut_short_is_what_the_next_run_saw() -> None:
    """Taken, not taken, or not known: an unreadable link decides nothing."""

    def recovered(observed: object) -> dict[str, Any]:
        return LINK | {"event": "recovered", "run": "r2", "observed": observed}

    took = {"state": "linked", "partner_id": "2"}
    other = {"state": "linked", "partner_id": "1"}
    assert found(RUN, INTENT) == [None]
    assert found(RUN, INTENT, recovered(took)) == [Outcome.APPLIED]
    assert found(RUN, INTENT, recovered(other)) == [Outcome.UNVERIFIED]
    assert found(RUN, INTENT, recovered(None)) == [None]
    assert found(RUN, INTENT, recovered({"state": "unknown", "partner_id": None})) == [None]
    ((write,),) = [each.writes for each in recordings([RUN, INTENT, recovered(took)])]
    assert write.problem == RECOVERED


def test_a_line_without_sense_is_left_out() -> None:
    """Another release may have written what this one does not know."""
    strange = [{"event": "sealed"}, {"event": "outcome", "run": "r9"}, INTENT | {"action": "?"}]
    assert found(RUN, *strange, INTENT, outcome("applied")) == [Outcome.APPLIED]


def test_a_run_says_what_it_was_and_what_it_overrode() -> None:
    """The command and the guards of its first line; a line without them was an attended apply."""
    more = {"command": "nightly", "allowed": ["remove-count"]}
    (unattended,) = recordings([RUN | more])
    assert (unattended.run.command, unattended.allowed) == ("nightly", ("remove-count",))
    (attended,) = recordings([RUN])
    assert (attended.run.command, attended.allowed) == ("apply", ())


def test_the_directories_of_changes_are_told() -> None:
    """Of intents and outcomes; what a later read showed may be of another directory."""
    lines = [RUN, INTENT, outcome("applied"), LINK | {"event": "recovered", "tenant_id": "u"}]
    assert [(seen.tenant, seen.tenant_id) for seen in directories([*lines, {}])] == [
        ("C1", "t")
    ] * 2
