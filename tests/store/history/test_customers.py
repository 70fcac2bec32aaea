"""Lists of our customers in the history."""

from dataclasses import replace

from reconciler.core.history.customer_history import CustomerSnapshot
from reconciler.core.history.recording import Recording
from reconciler.store.history.repository import HistoryRepository
from tests.store.history.runs import at, in_sync, recording

SOURCE = "gdap contoso.example"


def listed(day: int, names: str, source: str = SOURCE) -> Recording:
    """A run with this list, one letter for each customer."""
    snapshot = CustomerSnapshot(source, {name.lower(): name for name in names})
    return replace(recording(day, in_sync(day)), customers=snapshot)


def test_each_customer_has_the_time_of_its_first_and_its_last_list(
    repository: HistoryRepository,
) -> None:
    """One that returns begins again."""
    for day, names in enumerate(("AB", "AC", "ABC")):
        repository.record(listed(day, names))
    found = {c.name: (c.first_seen, c.last_seen) for c in repository.customers(SOURCE)}
    assert found == {"A": (at(0), at(2)), "B": (at(2), at(2)), "C": (at(1), at(2))}


def test_lists_of_other_sources_are_apart(repository: HistoryRepository) -> None:
    """Another service, or another of our own tenants."""
    repository.record(listed(0, "AB"))
    repository.record(listed(1, "C", "partner_center contoso.example"))
    assert [c.name for c in repository.customers(SOURCE)] == ["A", "B"]


def test_a_run_without_a_list_changes_nothing(repository: HistoryRepository) -> None:
    """Nobody has left when the list could not be read."""
    repository.record(listed(0, "AB"))
    before = repository.customers(SOURCE)
    repository.record(recording(1, in_sync(1)))
    assert repository.customers(SOURCE) == before


def test_a_run_that_is_recorded_late_changes_nothing(repository: HistoryRepository) -> None:
    """A newer list is known."""
    repository.record(listed(3, "AB"))
    before = repository.customers(SOURCE)
    repository.record(listed(1, "ABC"))
    assert repository.customers(SOURCE) == before


def test_events_say_who_came_and_who_left_when(repository: HistoryRepository) -> None:
    """The time is that of the first list that showed it. One that returns came again."""
    for day, names in enumerate(("AB", "AC", "AC", "ABC")):
        repository.record(listed(day, names))
    found = [(e.at, e.kind, e.name) for e in repository.customer_events()]
    assert found == [(at(1), "customer_new", "C"), (at(3), "customer_new", "B")]
    repository.record(listed(4, "BC"))
    (last,) = repository.customer_events(at(4))
    assert (last.kind, last.name, last.at, last.last_seen) == (
        *("customer_left", "A", at(4), at(3)),
    )
