"""Labels: a valid and unique name for each customer and partner that was found outside the file.

Names from Azure and from tables are untrusted text. Characters that a file cannot hold are escaped.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from reconciler.config.checks.names import folded
from reconciler.config.model.fields import LONGEST_NAME
from reconciler.config.reading.diagnostics import HARMLESS
from reconciler.core.customers.discovery import Customer
from reconciler.core.text import visible

LONGEST_ALIAS = 40


def labels(customers: Sequence[Customer], taken: Iterable[str] = ()) -> list[str]:
    """A name for each customer, in order, that differs from all others and from those taken.

    Its own name, or its domain or GUID if it has none. A name that is not unique gets the domain or
    GUID as a suffix, also where it comes first, so that the order of a list changes no name.
    """
    counts = Counter(folded(clean_name(customer.name)) for customer in customers)
    seen = {folded(name) for name in taken}
    seen |= {name for name, count in counts.items() if count > 1}
    result = []
    for customer in customers:
        label = next(name for name in _candidates(customer) if folded(name) not in seen)
        seen.add(folded(label))
        result.append(label)
    return result


def partner_alias(partner_id: str, name: str, taken: Collection[str] = ()) -> str:
    """An alias for a partner ID, made from the partner's name if it has one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.findall("[a-z0-9]+", plain.lower())
    alias = "-".join(words)[:LONGEST_ALIAS].strip("-")
    if alias[:1].isdigit() and not alias.isdigit():
        alias = f"partner-{alias}"  # a text that starts with a digit would be read as an ID
    if not alias or alias.isdigit() or alias in taken:
        alias = f"{alias}-{partner_id}" if alias in taken else f"partner-{partner_id}"
    return alias


def _candidates(customer: Customer) -> Iterator[str]:
    own = clean_name(customer.name)
    others = [*sorted(customer.domains), customer.directory]
    others = [other for other in others if len(other) <= LONGEST_NAME // 2]  # beside a name
    if own:
        yield own
        yield from (clean_name(own, f" ({other})") for other in others)
    yield from others
    number = 2
    while True:
        yield clean_name(own or customer.directory, f" {number}")
        number += 1


def clean_name(name: str, end: str = "") -> str:
    """A name that a file can hold, cut so that the end fits; empty if nothing is left of it."""
    shown = "".join(c if c in HARMLESS else visible(c) for c in name).strip()
    if not shown.strip(HARMLESS):
        return end.strip()
    return shown[: LONGEST_NAME - len(end)].rstrip() + end
