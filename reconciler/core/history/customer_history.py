"""History of our customers: which of them are new in the list, and which have left it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer that an earlier list had.

    first_seen  when it came into the list, UTC; again if it had left
    last_seen   when the last list with it was read, UTC
    left_at     when the first list without it was read, UTC; None if it has not left, or if it left
                before the history kept that time
    """

    tenant_id: str
    name: str
    first_seen: datetime
    last_seen: datetime
    left_at: datetime | None = None


class CustomerEventKind(StrEnum):
    """What happened to a customer in the list."""

    NEW = "customer_new"
    LEFT = "customer_left"


@dataclass(frozen=True, slots=True)
class CustomerEvent:
    """A customer came into the list of our customers, or left it.

    at         when the list that showed it was read, UTC
    name       in that list; may be empty
    last_seen  of one that left: when the last list with it was read, UTC
    """

    kind: CustomerEventKind
    at: datetime
    tenant_id: str
    name: str
    last_seen: datetime | None = None

    @property
    def label(self) -> str:
        """The customer's name, or its tenant ID."""
        return self.name or self.tenant_id


def customer_events(known: Sequence[KnownCustomer]) -> list[CustomerEvent]:
    """What happened to the customers of one list. Its first state is no event."""
    first = min((each.first_seen for each in known), default=None)
    new = [
        CustomerEvent(CustomerEventKind.NEW, each.first_seen, each.tenant_id, each.name)
        for each in known
        if each.first_seen != first
    ]
    left = [
        CustomerEvent(
            CustomerEventKind.LEFT, each.left_at, each.tenant_id, each.name, each.last_seen
        )
        for each in known
        if each.left_at
    ]
    return [*new, *left]


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
        new = CustomerEventKind.NEW
        return tuple(each.label for each in self.changes(since, since) if each.kind is new)

    def left(self, since: datetime) -> tuple[str, ...]:
        """The customers that have left the list since a time."""
        left = CustomerEventKind.LEFT
        return tuple(each.label for each in self.changes(since, since) if each.kind is left)

    def changes(self, since: datetime, at: datetime) -> tuple[CustomerEvent, ...]:
        """The customers that have come or left since a time; none in the first list.

        at  when this list was read, UTC
        """
        last = self.last_list
        if last is None:
            return ()
        first = min(each.first_seen for each in self.known)
        start = max(min(since, last), first)
        before = {c.tenant_id for c in self.known if c.first_seen <= start <= c.last_seen}
        new = [
            CustomerEvent(CustomerEventKind.NEW, at, tenant_id, name)
            for tenant_id, name in self.names.items()
            if tenant_id not in before
        ]
        left = [
            CustomerEvent(CustomerEventKind.LEFT, at, each.tenant_id, each.name, each.last_seen)
            for each in self.known
            if each.last_seen >= start and each.tenant_id not in self.names
        ]
        return (*new, *left)
