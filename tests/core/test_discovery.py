"""Discovery keeps the links that exist."""

from reconciler.core.customers.discovery import (
    Customer,
    changes,
    desired_entry,
    distinct,
    found,
    wanted_reads,
)
from reconciler.core.links import Action, Observed, ObservedState, Problem, WantedState

UK, FOREIGN = "4936128", "9999999"
REFUSED = Problem("app_not_in_tenant", "AADSTS700016", "add the app")


def seen(tenant_id: str, object_id: str, partner_id: str | None) -> Observed:
    state = ObservedState.LINKED if partner_id else ObservedState.NOT_LINKED
    return Observed(state, tenant_id, object_id, partner_id)


def test_entries_for_one_tenant_become_one_customer() -> None:
    """All domains and tags are kept. The first name is used."""
    listed = [
        Customer("", "a.example"),
        Customer("A", "guid", ("a.example", "a.test"), ("emea",)),
        Customer("A Ltd", "a.test", tags=("vip",)),
        Customer("B", "b.example"),
    ]
    first, second = distinct(listed)
    assert (first.name, first.directory, first.tags) == ("A", "a.example", ("emea", "vip"))
    assert first.names == {"guid", "a.example", "a.test"}
    assert second == listed[3]


def test_a_principal_that_is_reached_twice_is_listed_once() -> None:
    """The first entry keeps the link, and the second entry refers to it."""
    wanted = [
        *wanted_reads(Customer("", "guid", tags=("emea",)), "A", ["app", "me"]),
        *wanted_reads(Customer("", "a.example"), "B", ["app"]),
    ]
    app, me, again = (want.place for want in wanted)
    one = seen("guid", "oid", UK)
    first, second = found(wanted, {app: one, me: Observed.unknown(REFUSED), again: one})
    assert (first.links, first.unread, first.tags) == (
        (("app", one),),
        (("me", REFUSED),),
        ("emea",),
    )
    assert second.links == ()
    assert (
        second.unread[0][1].message == "the same principal as A / app, which already has an entry"
    )
    assert second.directory == "guid"
    actions = [(c.place.tenant, c.place.identity, c.action) for c in changes((first, second), None)]
    assert actions == [("A", "app", Action.NONE), ("A", "me", Action.UNKNOWN)]


def test_discovered_links_are_kept_as_they_are() -> None:
    """A listed ID is wanted; a foreign ID and a missing link are unmanaged."""
    ours = frozenset({UK})
    assert desired_entry(seen("t", "o", UK), ours).partner_id == UK
    assert desired_entry(seen("t", "o", FOREIGN), None).partner_id == FOREIGN
    assert desired_entry(seen("t", "o", FOREIGN), ours).state is WantedState.UNMANAGED
    assert desired_entry(seen("t", "o", None), None).state is WantedState.UNMANAGED
