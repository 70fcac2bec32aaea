"""What a first look makes of what it saw."""

from reconciler.core.discovery import Customer, changes, distinct, found, looks, wish
from reconciler.core.links import Action, Aim, Observed, Problem, Seen

UK, FOREIGN = "4936128", "9999999"
REFUSED = Problem("app_not_in_tenant", "AADSTS700016", "add the app")


def seen(tenant_id: str, object_id: str, partner_id: str | None) -> Observed:
    state = Seen.LINKED if partner_id else Seen.NOT_LINKED
    return Observed(state, tenant_id, object_id, partner_id)


def test_what_names_one_tenant_is_one_customer() -> None:
    """Whatever is said of it anywhere is kept; the first name counts."""
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
    """The first entry keeps the link; the second one says where it stands."""
    wanted = [
        *looks(Customer("", "guid", tags=("emea",)), "A", ["app", "me"]),
        *looks(Customer("", "a.example"), "B", ["app"]),
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
    assert second.unread[0][1].message == "the same principal as A / app, and listed there"
    assert second.directory == "guid"
    actions = [(c.place.tenant, c.place.identity, c.action) for c in changes((first, second), None)]
    assert actions == [("A", "app", Action.NONE), ("A", "me", Action.UNKNOWN)]


def test_what_is_found_is_kept_as_it_is() -> None:
    """Ours is wanted; what is foreign, or not linked, is left alone."""
    ours = frozenset({UK})
    assert wish(seen("t", "o", UK), ours).partner_id == UK
    assert wish(seen("t", "o", FOREIGN), None).partner_id == FOREIGN
    assert wish(seen("t", "o", FOREIGN), ours).state is Aim.UNMANAGED
    assert wish(seen("t", "o", None), None).state is Aim.UNMANAGED
