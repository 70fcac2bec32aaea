"""Lists of our customers: where the file says that they are, and what was read there."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconciler.core.customers.discovery import Customer
from reconciler.core.links import Problem


class CustomerOrigin(StrEnum):
    """Where the list of our customers comes from."""

    GDAP = "gdap"
    PARTNER_CENTER = "partner_center"


@dataclass(frozen=True, slots=True)
class GdapRelationship:
    """An active relationship of granular delegated administration (GDAP).

    name         as our administrators named it
    tenant_id    of the customer
    customer     the customer's name
    ends_at      UTC; None if it is unknown
    is_extended  whether it extends itself at its end
    """

    name: str
    tenant_id: str
    customer: str
    ends_at: datetime | None
    is_extended: bool


@dataclass(frozen=True, slots=True)
class CustomerSource:
    """Where the file says that all our customers are listed.

    tenant    our own tenant, by GUID or domain
    identity  the name of the identity that reads the list
    ignore    the customers that need no entry: names, GUIDs, domains or globs
    """

    origin: CustomerOrigin
    tenant: str
    identity: str
    ignore: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name of this list in the history."""
        return f"{self.origin} {self.tenant}"


@dataclass(frozen=True, slots=True)
class CustomerListing:
    """The list of our customers as it was read, with its own failures.

    customers      None if the list could not be read
    relationships  None if they could not be read; empty from Partner Center, which has none
    """

    customers: tuple[Customer, ...] | None
    relationships: tuple[GdapRelationship, ...] | None = ()
    problems: tuple[Problem, ...] = ()
