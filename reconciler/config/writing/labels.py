"""What may a customer be called in a file? A sound and unique name for each tenant found elsewhere.

Names from Azure and from tables are strangers' text: what a file could not hold is made visible.
"""

from collections.abc import Iterable, Iterator, Sequence

from reconciler.config.checks.names import folded
from reconciler.config.model.fields import LONGEST_NAME
from reconciler.config.reading.diagnostics import HARMLESS
from reconciler.core.customers.discovery import Customer
from reconciler.core.text import visible


def labels(customers: Sequence[Customer], taken: Iterable[str] = ()) -> list[str]:
    """A name for each customer, in order, unlike all others and unlike those that are taken.

    Its own name, or else its domain or GUID; where that is not unique, with these behind it.
    """
    seen = {folded(name) for name in taken}
    result = []
    for customer in customers:
        label = next(name for name in _candidates(customer) if folded(name) not in seen)
        seen.add(folded(label))
        result.append(label)
    return result


def _candidates(customer: Customer) -> Iterator[str]:
    own = parsed(customer.name)
    others = [*sorted(customer.domains), customer.directory]
    if own:
        yield own
        yield from (parsed(own, f" ({other})") for other in others)
    yield from others
    number = 2
    while True:
        yield parsed(own or customer.directory, f" {number}")
        number += 1


def parsed(name: str, end: str = "") -> str:
    """The name as a file may hold it, cut so that the end fits; empty if nothing is left of it."""
    shown = "".join(c if c in HARMLESS else visible(c) for c in name).strip()
    if not shown.strip(HARMLESS):
        return end.strip()
    return shown[: LONGEST_NAME - len(end)].rstrip() + end
