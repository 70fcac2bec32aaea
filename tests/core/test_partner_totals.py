"""How many links carry each partner ID."""

from reconciler.core.inventory.partner_totals import PartnerTotal, partner_totals
from tests.core.worlds import FOREIGN, OLD, OURS, change, linked, unknown, unlinked, wanted


def test_links_are_counted_by_the_id_that_they_carry() -> None:
    """An unreadable link counts only as wanted. Links without an ID come last."""
    changes = [
        change(wanted(number=1), unlinked(1)),
        change(wanted(number=2), linked(OURS, 2)),
        change(wanted(number=3, covers=("A", "B")), linked(OURS, 3)),
        change(wanted(number=4), linked(OLD, 4)),
        change(wanted(number=5), linked(FOREIGN, 5)),
        change(wanted(number=6), unknown()),
    ]
    assert partner_totals(changes) == (
        PartnerTotal(OURS, "Name", 2, 2, 2, 6),
        PartnerTotal(OLD, "Name", 1, 0, 1, 0),
        PartnerTotal(FOREIGN, "Name", 1, 0, 1, 0),
        PartnerTotal(None, None, 1, 0, 1, 0),
    )


def test_a_wanted_id_without_links_has_a_line() -> None:
    """No link carries it if nothing was read."""
    assert partner_totals([]) == ()
    assert partner_totals([change(wanted(), unknown())]) == (PartnerTotal(OURS, None, 0, 0, 0, 1),)
