"""A history rebuilt from a journal has its writes and no invented observations."""

from typing import Any

from reconciler.core.results import Outcome
from reconciler.store.history.from_journal import RECOVERED, directories, recordings

AT = "2026-11-23T02:00:00Z"
LINK = {"tenant": "C1", "identity": "app", "tenant_id": "t", "object_id": "o", "at": AT}
RUN = {"event": "run", "run": "r1", "at": AT, "tool_version": "1", "config_digest": "c"}
INTENT = LINK | {"event": "intent", "run": "r1", "action": "update", "before": "1", "after": "2"}


def outcome(word: str) -> dict[str, Any]:
    """The outcome line of that write."""
    end = {"event": "outcome", "run": "r1", "outcome": word, "problem": None}
    return LINK | end | {"correlation_id": "id"}


def found(*lines: dict[str, Any]) -> list[Outcome | None]:
    """The outcomes of all writes in these lines."""
    return [write.outcome for each in recordings(lines) for write in each.writes]


def test_a_write_has_its_outcome() -> None:
    """It is counted for its run."""
    (recorded,) = recordings([RUN, INTENT, outcome("applied")])
    assert (recorded.run.id, recorded.run.status, recorded.run.writes) == ("r1", None, 1)
    (write,) = recorded.writes
    assert (write.before, write.after, write.correlation_id) == ("1", "2", "id")
    assert recorded.observations == ()


def test_a_skipped_change_is_not_a_write() -> None:
    """Nothing was sent for it."""
    assert found(RUN, INTENT, outcome("skipped")) == []


def test_the_next_run_decides_a_write_interrupted_by_a_crash() -> None:
    """Applied, not applied or unknown; an unreadable link decides nothing."""

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


def test_an_unknown_line_is_ignored() -> None:
    """Another release may have written it."""
    strange = [{"event": "sealed"}, {"event": "outcome", "run": "r9"}, INTENT | {"action": "?"}]
    assert found(RUN, *strange, INTENT, outcome("applied")) == [Outcome.APPLIED]


def test_a_line_whose_time_has_no_zone_is_ignored() -> None:
    """Only an edit removes the zone; such a time cannot be compared with others."""
    edited = INTENT | {"at": AT.rstrip("Z"), "tenant": "C2"}
    assert found(RUN, edited, INTENT) == [None]
    assert [each.tenant for each in directories([edited, INTENT])] == ["C1"]


def test_a_run_has_its_command_and_overrides() -> None:
    """Both are in its first line. A run whose first line has neither was an attended apply."""
    more = {"command": "nightly", "allowed": ["remove-count"]}
    (unattended,) = recordings([RUN | more])
    assert (unattended.run.command, unattended.allowed) == ("nightly", ("remove-count",))
    (attended,) = recordings([RUN])
    assert (attended.run.command, attended.allowed) == ("apply", ())


def test_the_directories_of_changes_are_found() -> None:
    """From intents and outcomes; a later read may be of another directory."""
    lines = [RUN, INTENT, outcome("applied"), LINK | {"event": "recovered", "tenant_id": "u"}]
    assert [(seen.tenant, seen.tenant_id) for seen in directories([*lines, {}])] == [
        ("C1", "t")
    ] * 2
