"""Totals for each tag: how many customers and links have it, and how many links are in sync.

Tags of the form `region:emea` or `region=emea` make a table of their own for each key.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.core.inventory.customer_totals import percent
from reconciler.views.html.badges import Badge
from reconciler.views.rows import Row

_KEYED = re.compile(r"([^:=]+)[:=](.+)")


@dataclass(frozen=True, slots=True)
class TagTotal:
    """The totals of one tag.

    tag        as in the file
    label      without the key that the heading of its table names
    attention  the links that differ or cannot be read
    """

    tag: str
    label: str
    customers: int
    links: int
    in_sync: int
    attention: int

    @property
    def percent(self) -> int:
        """The share of the managed links that is in sync, rounded down."""
        return percent(self.in_sync, self.in_sync + self.attention)


@dataclass(frozen=True, slots=True)
class TagTable:
    """The tags of one key, or those without a key."""

    heading: str
    totals: tuple[TagTotal, ...]


def tag_tables(pairs: Iterable[tuple[Row, Badge]]) -> list[TagTable]:
    """Return the tables, each with its largest tags first."""
    tagged: dict[str, list[tuple[Row, Badge]]] = defaultdict(list)
    for row, badge in pairs:
        for tag in dict.fromkeys(row.change.wanted.tags):
            tagged[tag].append((row, badge))
    tables: dict[str, list[TagTotal]] = defaultdict(list)
    for tag, found in tagged.items():
        keyed = _KEYED.fullmatch(tag)
        heading = keyed[1].strip() if keyed else ""
        tables[heading].append(_total(tag, keyed[2].strip() if keyed else tag, found))
    return [
        TagTable(
            heading[:1].upper() + heading[1:] or "Tags",
            tuple(sorted(totals, key=lambda total: (-total.customers, total.label))),
        )
        for heading, totals in sorted(tables.items())
    ]


def _total(tag: str, label: str, found: list[tuple[Row, Badge]]) -> TagTotal:
    return TagTotal(
        tag,
        label,
        len({row.tenant for row, _ in found}),
        len(found),
        sum(row.is_in_sync or badge.tone == "good" for row, badge in found),
        sum(badge.tone in ("change", "alarm") for _, badge in found),
    )
