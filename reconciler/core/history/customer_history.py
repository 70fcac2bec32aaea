"""History of our customers: which of them are new in the list, and which have left it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer that an earlier list had.

    first_seen  when it came into the list, UTC; again if it had left
    last_seen   when the last list with it was read, UTC
    """

    tenant_id: str
    name: str
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class CustomerSnapshot:
    """The list of our customers in one run, and what the history knew before it.

    source  the service and our own tenant: lists of different sources are not compared
    names   tenant ID to the customer's name, which may be empty
    known   the customers of earlier lists
    """

    source: str
    names: Mapping[str, str]
    known: Sequence[KnownCustomer] = ()

    @property
    def last_list(self) -> datetime | None:
        """When the list was read before, UTC; None if it never was."""
        return max((each.last_seen for each in self.known), default=None)

    def appeared(self, since: datetime) -> tuple[str, ...]:
        """The customers that have come into the list since a time; none in the first list."""
        start = self._start(since)
        before = {
            each.tenant_id
            for each in self.known
            if start and each.first_seen <= start <= each.last_seen
        }
        new = [one for one in self.names if one not in before] if start else []
        return tuple(self.names[tenant_id] or tenant_id for tenant_id in new)

    def left(self, since: datetime) -> tuple[str, ...]:
        """The customers that have left the list since a time."""
        start = self._start(since)
        return tuple(
            each.name or each.tenant_id
            for each in self.known
            if start and each.last_seen >= start and each.tenant_id not in self.names
        )

    def _start(self, since: datetime) -> datetime | None:
        """The time to compare with: that of the last list, if it is older."""
        last = self.last_list
        return min(since, last) if last else None
