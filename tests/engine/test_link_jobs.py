"""Each link is read, written and read again, with a read between two writes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.core.customers.evidence import RawReading
from reconciler.core.diff import diff
from reconciler.core.links import (
    Change,
    Observed,
    ObservedState,
    Place,
    Problem,
    Wanted,
    WantedState,
)
from reconciler.core.redaction.redactor import remember
from reconciler.core.results import Answer, Outcome
from reconciler.engine.link_jobs import apply_change, read_link, read_raw, redacted
from tests.engine.runs import FOREIGN, NAMES, OLD, OURS, where, wish
from tests.fakes import FakeAzure

DOWN = Problem("unavailable", "503", "again")


def planned(azure: FakeAzure, want: Wanted | None = None) -> Change:
    """The planned change of the first customer."""
    want = want or wish(1)
    return diff([want], {want.place: read_link(azure.reader, want.place)})[0]


@pytest.mark.parametrize(("fate", "reads"), [("busy", 6), ("dropped", 10)])
def test_a_temporary_error_is_retried_after_a_read(fate: str, reads: int) -> None:
    """Two errors, then success. After the first lost reply, reads go on for a few seconds."""
    azure = FakeAzure(dict(NAMES), script=[fate, fate])
    change = planned(azure)
    azure.reads.clear()
    assert apply_change(azure.writer, change).outcome is Outcome.APPLIED
    assert (len(azure.writes), len(azure.reads)) == (3, reads)


def test_an_applied_write_with_a_lost_reply_is_not_repeated() -> None:
    """The read decides, and there is one write."""
    azure = FakeAzure(dict(NAMES), script=["lost"])
    assert apply_change(azure.writer, planned(azure)).outcome is Outcome.APPLIED
    assert len(azure.writes) == 1


@pytest.mark.parametrize(
    ("fate", "outcome"), [("busy", Outcome.FAILED), ("dropped", Outcome.UNVERIFIED)]
)
def test_retries_are_limited(fate: str, outcome: Outcome) -> None:
    """After five retries a refusal is failed, and a missing reply stays unverified."""
    azure = FakeAzure(dict(NAMES), script=[fate] * 99)
    assert apply_change(azure.writer, planned(azure)).outcome is outcome
    assert len(azure.writes) == 6


@pytest.mark.parametrize("fate", ["busy", "dropped", "ok", "lost"])
def test_a_link_that_cannot_be_read_back_is_unverified(fate: str) -> None:
    """Its state is unknown. A gateway's 503 proves no more than a missing reply."""
    azure = FakeAzure(dict(NAMES), script=[fate])
    change = planned(azure)
    azure.before = lambda place, link: azure.problems.update({"C1": DOWN})
    result = apply_change(azure.writer, change)
    assert (result.outcome, result.problem) == (Outcome.UNVERIFIED, DOWN)
    assert result.observed
    assert result.observed.state is ObservedState.UNKNOWN
    assert len(azure.writes) == 1


def test_a_sent_write_with_an_unreadable_link_is_not_skipped() -> None:
    """A write was sent; skipped would mean that none was."""
    azure = FakeAzure(dict(NAMES), script=["dropped"])
    change = planned(azure)

    @contextmanager
    def writer(place: Place) -> Iterator[Any]:
        with azure.writer(place) as link:
            pause = link.pause

            def pause_and_break(answer: Answer) -> bool:
                azure.problems["C1"] = DOWN
                return pause(answer)

            link.pause = pause_and_break  # type: ignore[method-assign]
            yield link

    result = apply_change(writer, change)
    assert (result.outcome, result.problem) == (Outcome.UNVERIFIED, DOWN)


def test_a_link_changed_by_another_user_is_not_retried() -> None:
    """The second read finds a foreign ID.

    No second write is sent, and the first one is reported.
    """
    azure = FakeAzure(dict(NAMES), script=["dropped"])
    change = planned(azure)
    azure.before = lambda place, link: setattr(link, "partner_id", FOREIGN)
    result = apply_change(azure.writer, change)
    assert (result.outcome, len(azure.writes)) == (Outcome.FAILED, 1)
    assert azure.link(where(1)).partner_id == FOREIGN


def test_a_change_between_read_and_write_is_detected() -> None:
    """Azure cannot exclude this race. Create is refused, and the report shows the real state."""
    azure = FakeAzure(dict(NAMES))
    change = planned(azure)
    azure.before = lambda place, link: setattr(link, "partner_id", FOREIGN)
    result = apply_change(azure.writer, change)
    assert result.outcome is Outcome.FAILED
    assert result.observed
    assert result.observed.partner_id == FOREIGN


def test_a_delete_names_the_id_that_the_plan_read() -> None:
    """If another ID is there by then, nothing is sent."""
    azure = FakeAzure(dict(NAMES))
    azure.link(where(1)).partner_id = OLD
    change = planned(azure, wish(1, None))
    azure.link(where(1)).partner_id = OURS
    assert apply_change(azure.writer, change).outcome is Outcome.STALE
    azure.link(where(1)).partner_id = OLD
    assert apply_change(azure.writer, change).outcome is Outcome.APPLIED
    assert azure.writes == [("C1", "remove", OLD)]


def test_no_write_begins_once_the_run_was_stopped() -> None:
    """A signal during the read prevents the write that follows."""
    azure = FakeAzure(dict(NAMES))
    change = planned(azure)
    azure.is_stopped = True
    result = apply_change(azure.writer, change)
    assert result.outcome is Outcome.SKIPPED
    assert result.problem
    assert result.problem.code == "interrupted"
    assert azure.writes == []


def test_a_write_is_not_repeated_once_the_run_was_stopped() -> None:
    """The sent write is verified by a read and reported."""
    azure = FakeAzure(dict(NAMES), script=["dropped"])
    change = planned(azure)
    azure.before = lambda place, link: setattr(azure, "is_stopped", True)
    assert apply_change(azure.writer, change).outcome is Outcome.UNVERIFIED
    assert len(azure.writes) == 1


@pytest.mark.parametrize("fate", ["ok", "lost"])
@pytest.mark.parametrize(
    ("before", "partner_id"), [(None, OURS), (OLD, OURS), (OURS, None)], ids=str
)
def test_a_write_that_shows_late_is_applied(
    fate: str, before: str | None, partner_id: str | None
) -> None:
    """Create, update, remove: reads show the old state for a few seconds; nothing is resent."""
    azure = FakeAzure(dict(NAMES), script=[fate], lag=3)
    azure.link(where(1)).partner_id = before
    change = planned(azure, wish(1, partner_id))
    assert apply_change(azure.writer, change).outcome is Outcome.APPLIED
    assert (len(azure.writes), azure.waits) == (1, [0.5, 1.0, 2.0])


def test_a_write_that_shows_at_once_is_read_back_once() -> None:
    """The usual case has no wait."""
    azure = FakeAzure(dict(NAMES))
    change = planned(azure)
    azure.reads.clear()
    assert apply_change(azure.writer, change).outcome is Outcome.APPLIED
    assert (len(azure.reads), azure.waits) == (2, [])


def test_a_write_that_never_shows_fails_after_a_few_seconds() -> None:
    """The waits end, and the report shows that the link is unchanged."""
    azure = FakeAzure(dict(NAMES), script=["ignored"])
    result = apply_change(azure.writer, planned(azure))
    assert (result.outcome, sum(azure.waits)) == (Outcome.FAILED, 7.5)
    assert result.problem
    assert result.problem.code == "not_changed"


def test_a_stop_ends_the_wait_for_a_write_to_show() -> None:
    """The report shows the last read."""
    azure = FakeAzure(dict(NAMES), script=["ignored"])
    change = planned(azure)
    azure.before = lambda place, link: setattr(azure, "is_stopped", True)
    assert apply_change(azure.writer, change).outcome is Outcome.FAILED
    assert azure.waits == []


def test_a_third_value_after_a_write_is_reported_at_once() -> None:
    """Another writer's ID is neither the old state nor the wanted one."""
    azure = FakeAzure(dict(NAMES), script=["ignored"])
    change = planned(azure)
    azure.before = lambda place, link: setattr(link, "partner_id", FOREIGN)
    result = apply_change(azure.writer, change)
    assert (result.outcome, azure.waits) == (Outcome.FAILED, [])
    assert result.problem
    assert (result.problem.code, FOREIGN in result.problem.message) == ("changed_meanwhile", True)


def test_a_repeated_create_that_was_refused_as_linked_is_read_until_it_shows() -> None:
    """The first write was applied but its reply was lost, and reads lag behind both attempts."""
    azure = FakeAzure(dict(NAMES), script=["lost"], lag=7)
    result = apply_change(azure.writer, planned(azure))
    assert (result.outcome, len(azure.writes)) == (Outcome.APPLIED, 2)


def test_a_bug_affects_only_one_link() -> None:
    """An exception in a job is a problem of that link and does not end the run."""

    @contextmanager
    def broken(place: Place) -> Iterator[Any]:
        raise RuntimeError("a bug")
        yield

    seen = read_link(broken, where(1))
    assert seen.problem
    assert seen.problem.code == "internal_error"
    change = diff([wish(1)], {where(1): Observed(ObservedState.NOT_LINKED, "t", "o")})[0]
    result = apply_change(broken, change)
    assert (result.outcome, result.change) == (Outcome.UNVERIFIED, change)


def test_only_create_update_and_remove_are_sent() -> None:
    """Any other change is never sent to Azure, even if a caller passes it."""
    azure = FakeAzure(dict(NAMES))
    change = diff(
        [Wanted(where(1), WantedState.UNMANAGED, None)],
        {where(1): Observed(ObservedState.NOT_LINKED)},
    )[0]
    with ThreadPoolExecutor(1) as pool:
        pool.submit(apply_change, azure.writer, change).result()
    assert azure.writes == []


def test_a_job_returns_neither_secrets_nor_hidden_characters() -> None:
    """Azure's answers are untrusted, and the coordinator may not know the secrets of a worker."""
    remember("a-secret-of-a-worker")
    seen = Observed(
        ObservedState.LINKED,
        partner_name="Evil\u202e of a-secret-of-a-worker",
        updated_at="\x1b[2J",
        problem=Problem("x", "client_secret=abc", "Bearer a-secret-of-a-worker"),
    )
    clean = redacted(seen)
    assert clean.partner_name == "Evil\\u202e of [hidden]"
    assert clean.updated_at == "\\x1b[2J"
    assert clean.problem == Problem("x", "client_secret=[hidden]", "Bearer [hidden]")
    assert redacted(clean) == clean


def test_an_error_of_a_library_is_named_by_its_kind() -> None:
    """Its message may repeat the request."""

    @contextmanager
    def broken(_: object) -> Iterator[FakeAzure]:
        raise ValueError("Invalid header value b'Bearer secret-of-contoso'")
        yield

    problem = read_link(broken, where(1)).problem  # type: ignore[arg-type]
    assert problem
    assert problem.message.startswith(
        "the program failed on this link: ValueError at engine/link_jobs"
    )


def test_evidence_contains_no_secret() -> None:
    """Its digest covers the shown data. Evidence of an error is also a value."""
    remember("a-secret-of-evidence")
    now = datetime(2026, 11, 26, tzinfo=UTC)
    answer = RawReading(
        Observed(ObservedState.LINKED), now, "https://x", 200, b'{"a": "a-secret-of-evidence"}'
    )
    assert read_raw(lambda place, clock: answer, where(1), lambda: now).body == b'{"a": "[hidden]"}'

    def broken(place: object, clock: object) -> RawReading:
        raise ValueError("a-text-of-evidence")

    seen = read_raw(broken, where(1), lambda: now).observed
    assert seen.problem
    assert "a-text-of-evidence" not in seen.problem.message
