"""Totals of customers: how many are correctly linked, for the headline of the report."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reconciler.core.history.link_history import Health
from reconciler.core.links import Change, WantedState


@dataclass(frozen=True, slots=True)
class CustomerTotals:
    """The customers that the file wants linked, and how many of them are.

    wanted      the customers with a link that is wanted and managed
    correct     those whose links are all in sync; a link that cannot be read is not in sync
    left_alone  the customers whose links are all held, attested or unmanaged: not in `wanted`
    unwanted    the other customers for which the file wants no link: not in `wanted`, too
    """

    wanted: int
    correct: int
    left_alone: int = 0
    unwanted: int = 0

    @property
    def percent(self) -> int:
        """The share of correct customers, rounded down: 100 only if it is all of them."""
        return percent(self.correct, self.wanted)


def percent(part: int, whole: int) -> int:
    """A share in percent, rounded down. Nothing of nothing is 0."""
    return 100 * part // whole if whole else 0


def customer_totals(
    changes: Iterable[Change], health_of: Callable[[Change], Health | None]
) -> CustomerTotals:
    """The totals over these links. A link that covers customers counts for each of them.

    health_of  the health of a link at some time; None where it was not known
    """
    links: dict[str, list[tuple[Health, bool]]] = {}
    for change in changes:
        if health := health_of(change):
            is_wanted = change.wanted.state is WantedState.LINKED
            for customer in change.wanted.covers or (change.place.tenant,):
                links.setdefault(customer, []).append((health, is_wanted))
    wanted = correct = left_alone = 0
    for customer_links in links.values():
        managed = [link for link in customer_links if link[0] is not Health.LEFT_ALONE]
        left_alone += not managed
        if any(is_wanted for _, is_wanted in managed):
            wanted += 1
            correct += all(health is Health.IN_SYNC for health, _ in managed)
    unwanted = len(links) - wanted - left_alone
    return CustomerTotals(wanted, correct, left_alone, unwanted)
