"""Every link has a result, even if the journal or a listener fails or the run is stopped."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from reconciler.core.links import Place
from reconciler.core.results import Outcome, Result
from tests.engine.runs import OLD, OURS, Desk, MemoryJournal, codes, outcomes, wish
from tests.fakes import FakeLink


def test_an_intent_is_recorded_before_its_write_is_sent() -> None:
    """The outcome is recorded after it."""
    desk = Desk(concurrency=1)
    order: list[str] = []
    desk.azure.before = lambda place, link: order.append(f"write {desk.journal.events[-1]}")
    desk.run(wish(1), wish(2))
    assert order == ["write ('intent', 'C1')", "write ('intent', 'C2')"]
    assert desk.journal.events[1] == ("outcome", "C1")


@pytest.mark.parametrize("room", range(8))
def test_a_full_journal_stops_all_writes(room: int) -> None:
    """At any time: nothing is sent without its intent, and the report is complete."""
    desk = Desk(journal=MemoryJournal(full_after=room))
    desk.link(9, OURS)
    report = desk.run(*(wish(n) for n in (9, 1, 2, 3, 4)))
    intents = [tenant for event, tenant in desk.journal.events if event == "intent"]
    assert [tenant for tenant, _, _ in desk.azure.writes] == intents
    assert len(report.results) == 5
    assert (report.failure is None) is (room >= 8)
    for number, result in zip((1, 2, 3, 4), report.results[1:], strict=True):
        assert (result.outcome is Outcome.APPLIED) is (desk.truth(number) == OURS)
        assert result.outcome is Outcome.APPLIED or "journal" in str(result.problem)


def test_concurrency_limits_the_links_in_progress() -> None:
    """`concurrency` is never exceeded."""
    from threading import Lock

    lock, now, most = Lock(), [0], [0]

    def begin(place: Place, link: FakeLink) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])

    with ThreadPoolExecutor(8) as pool:
        desk = Desk(pool=pool, concurrency=3)
        desk.azure.before = begin
        desk.link(99, OURS)
        plan = desk.plan([wish(99), *(wish(n) for n in range(1, 40))])

        def end(result: Result) -> None:
            with lock:
                now[0] -= 1

        report = desk.apply(plan, on_result=end)
    assert set(outcomes(report)) == {None, "applied"}
    # The next job may begin before the listener is called: at most one more than the limit.
    assert most[0] <= 4


def test_a_failed_listener_does_not_end_the_run() -> None:
    """A log that cannot be written is reported once. Every link is processed and reported."""
    desk = Desk()

    def broken(*_: object) -> None:
        raise BrokenPipeError("nobody reads this log")

    plan = desk.plan([wish(n) for n in range(1, 4)], on_read=broken)
    assert [f.code for f in plan.findings] == ["listener_failed"]
    report = desk.apply(plan, on_result=broken)
    assert outcomes(report) == ["applied"] * 3
    assert [desk.truth(n) for n in (1, 2, 3)] == [OURS] * 3


def test_the_first_n_changes_are_made_and_the_rest_is_skipped() -> None:
    """In the order of the file, in whatever order they finish."""
    desk = Desk()
    desk.link(2, OURS)
    plan = desk.plan([wish(n) for n in range(1, 6)])
    report = desk.apply(plan, max_changes=2)
    assert outcomes(report) == ["applied", None, "applied", "skipped", "skipped"]
    assert codes(report)[3:] == ["limit", "limit"]
    assert len(desk.azure.writes) == 2


def test_a_stop_during_the_reads_leaves_the_rest_unread() -> None:
    """The plan is marked as interrupted, and unread links have no conclusion."""
    desk = Desk(concurrency=1)

    def stop_after_two(*_: object) -> None:
        if len(desk.azure.reads) == 2:
            desk.stop.event.set()

    plan = desk.plan([wish(n, None) for n in range(1, 6)], on_read=stop_after_two)
    assert plan.interrupted
    assert not plan.is_complete
    assert [c.action.value for c in plan.changes] == ["none"] * 2 + ["unknown"] * 3
    assert desk.azure.reads == ["C1", "C2"]


def test_a_stop_during_the_writes_skips_the_rest() -> None:
    """Changes in progress are reported with their outcome. All links are listed, in order."""
    desk = Desk(concurrency=1)
    desk.link(9, OURS)
    plan = desk.plan([wish(9), *(wish(n) for n in range(1, 5))])

    def stop(result: Result) -> None:
        desk.stop.event.set()

    report = desk.apply(plan, on_result=stop)
    assert outcomes(report) == [None, "applied", "skipped", "skipped", "skipped"]
    assert set(codes(report)[2:]) == {"interrupted"}
    assert report.interrupted


def test_results_keep_the_order_of_the_file() -> None:
    """The order in which they arrive does not matter."""
    with ThreadPoolExecutor(8) as pool:
        desk = Desk(pool=pool, concurrency=8)
        for number in range(1, 30, 2):
            desk.link(number, OLD)
        report = desk.run(*(wish(n) for n in range(1, 30)))
    assert [r.change.place.tenant for r in report.results] == [f"C{n}" for n in range(1, 30)]
    assert set(outcomes(report)) == {"applied"}
