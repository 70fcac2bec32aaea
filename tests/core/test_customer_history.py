"""Which customers are new in the list, and which have left it."""

from datetime import UTC, datetime, timedelta

from reconciler.core.history.customer_history import (
    CustomerSnapshot,
    KnownCustomer,
    customer_events,
)

FIRST = datetime(2026, 11, 20, 2, tzinfo=UTC)


def at(day: float) -> datetime:
    return FIRST + timedelta(days=day)


def known(name: str, first: float, last: float) -> KnownCustomer:
    return KnownCustomer(name.lower(), name, at(first), at(last))


def snapshot(names: str, *earlier: KnownCustomer) -> CustomerSnapshot:
    """A list with these customers, one letter each."""
    return CustomerSnapshot("gdap", {name.lower(): name for name in names}, earlier)


def test_the_first_list_is_no_change() -> None:
    """Nothing is known to compare it with."""
    first = snapshot("ABC")
    assert (first.appeared(at(1)), first.left(at(1))) == ((), ())


def test_customers_come_and_leave() -> None:
    """Compared with the list of the last night."""
    now = snapshot("AC", known("A", 0, 5), known("B", 0, 5), known("X", 0, 3))
    assert (now.appeared(at(5)), now.left(at(5))) == (("C",), ("B",))


def test_what_another_run_recorded_in_between_is_still_new() -> None:
    """A person's `show` at noon does not keep the news from the next night."""
    earlier = (known("A", 0, 5.5), known("B", 0, 5), known("C", 5.5, 5.5))
    now = snapshot("AC", *earlier)
    assert (now.appeared(at(5)), now.left(at(5))) == (("C",), ("B",))


def test_a_night_without_a_list_is_skipped() -> None:
    """The list is compared with the last one that could be read."""
    now = snapshot("AC", known("A", 0, 3), known("B", 0, 3), known("X", 0, 2))
    assert (now.appeared(at(5)), now.left(at(5))) == (("C",), ("B",))


def test_a_customer_that_returns_is_new_again() -> None:
    """Its first day is that of its return."""
    now = snapshot("AB", known("A", 0, 5), known("B", 0, 3))
    assert (now.appeared(at(5)), now.left(at(5))) == (("B",), ())


def test_a_customer_without_a_name_is_named_by_its_id() -> None:
    """Graph need not have a name."""
    now = CustomerSnapshot("gdap", {"a": "", "b": ""}, (KnownCustomer("a", "", at(0), at(5)),))
    assert now.appeared(at(5)) == ("b",)


def test_a_time_before_the_first_list_means_that_list() -> None:
    """Who begins to list customers today is not told that all of them are new."""
    now = snapshot("ABC", known("A", 4, 5), known("B", 4, 5))
    assert (now.appeared(at(1)), now.left(at(1))) == (("C",), ())


def test_changes_have_the_tenant_and_the_time() -> None:
    """For JSON, and for lists that are sorted by time."""
    now = snapshot("AC", known("A", 0, 5), known("B", 0, 5))
    assert [(c.kind, c.at, c.tenant_id, c.last_seen) for c in now.changes(at(5), at(6))] == [
        ("customer_new", at(6), "c", None),
        ("customer_left", at(6), "b", at(5)),
    ]


def test_events_of_the_history_leave_out_the_first_list() -> None:
    """A customer that left has the time of the first list without it."""
    gone = KnownCustomer("b", "B", at(0), at(3), at(4))
    found = customer_events([known("A", 0, 5), gone, known("C", 2, 5)])
    assert [(each.kind, each.at, each.name, each.last_seen) for each in found] == [
        ("customer_new", at(2), "C", None),
        ("customer_left", at(4), "B", at(3)),
    ]
