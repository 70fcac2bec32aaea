"""Findings about customers: not listed in the file, a GDAP relationship that ends, no list.

They never change an action or an exit status. An unreadable list is one finding, and never means
that a customer is missing.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reconciler.core.customers.directories import unresolved_remark
from reconciler.core.customers.discovery import Customer, distinct
from reconciler.core.customers.listed import CustomerListing, CustomerSource, GdapRelationship
from reconciler.core.findings import SOON, Finding
from reconciler.core.links import Problem
from reconciler.core.redaction.redactor import redact
from reconciler.core.selectors import Selectable, SelectorIndex
from reconciler.core.text import visible

Resolved = Mapping[str, str | None]
"""Domain to the GUID of its directory; None if it could not be resolved."""

_RENEW = (
    "ask the customer for a new relationship in Partner Center, or turn on its automatic extension "
    "(not possible with the role Global Administrator)"
)


@dataclass(frozen=True, slots=True)
class ListedTenants:
    """The tenants of the file, by GUID or domain in lower case.

    resolved  the domains among them, and those that are ignored
    path      of the file, as it was named
    """

    directories: Sequence[str]
    resolved: Resolved
    path: str = "tenants.yaml"

    @property
    def names(self) -> frozenset[str]:
        """Every name of a tenant in the file, with the GUIDs behind domains."""
        guids = (self.resolved.get(name) for name in self.directories)
        return frozenset({*self.directories, *(guid for guid in guids if guid)})

    @property
    def unresolved(self) -> tuple[str, ...]:
        """The domains of the file whose directory is not known."""
        known = self.resolved
        return tuple(d for d in dict.fromkeys(self.directories) if "." in d and not known.get(d))


def customer_findings(
    listing: CustomerListing, source: CustomerSource, file: ListedTenants, now: datetime
) -> tuple[Finding, ...]:
    """All findings about our customers, in the order of the list."""
    return (
        *(_unreadable(problem, source) for problem in listing.problems),
        *_not_listed(listing.customers or (), source, file),
        *_ending(listing.relationships or (), source, file, now),
    )


def _not_listed(
    customers: Sequence[Customer], source: CustomerSource, file: ListedTenants
) -> Iterator[Finding]:
    known = distinct(customers)
    ignored = _ignored(known, source, file)
    names, hint = file.names, _addition(source, file) + unresolved_remark(file.unresolved)
    for number, customer in enumerate(known):
        if number in ignored or customer.names & names:
            continue
        label = _shown(customer.name) or customer.directory
        yield Finding(
            "customer_not_listed",
            f"the file does not list this customer ({customer.directory})",
            hint,
            tenant=label,
            tenant_id=customer.directory,
        )


def _ending(
    relationships: Sequence[GdapRelationship],
    source: CustomerSource,
    file: ListedTenants,
    now: datetime,
) -> Iterator[Finding]:
    ending: dict[str, list[GdapRelationship]] = {}
    for each in relationships:
        if each.ends_at and each.ends_at <= now + SOON and not each.is_extended:
            ending.setdefault(each.tenant_id, []).append(each)
    customers = [Customer(own[0].customer, tenant_id) for tenant_id, own in ending.items()]
    ignored = _ignored(customers, source, file)
    for number, (tenant_id, own) in enumerate(ending.items()):
        if number in ignored:
            continue
        own.sort(key=lambda each: str(each.ends_at))
        said = ", ".join(f"{_shown(each.name)} on {each.ends_at:%Y-%m-%d}" for each in own)
        label = _shown(own[0].customer) or tenant_id
        yield Finding(
            "gdap_ends",
            f"a GDAP relationship ends and does not extend itself: {said}",
            _RENEW,
            tenant=label,
            tenant_id=tenant_id,
        )


def _ignored(
    customers: Sequence[Customer], source: CustomerSource, file: ListedTenants
) -> frozenset[int]:
    """The positions of the customers that the file ignores."""
    index = SelectorIndex(
        Selectable((customer.name,), tuple(customer.names)) for customer in customers
    )
    guids = (file.resolved.get(selector.casefold()) for selector in source.ignore)
    return frozenset(index.union((*source.ignore, *(guid for guid in guids if guid))))


def _addition(source: CustomerSource, file: ListedTenants) -> str:
    """The command that adds the customers to the file."""
    command = ("pal-reconcile", "discover", "--update", file.path, "--identity", source.identity)
    listed = ("--tenants-from", source.origin.value, "--home-tenant", source.tenant)
    return (
        f"to add it, run: {shlex.join((*command, *listed))}. If it needs no entry, list it under "
        "customers: ignore:"
    )


def _unreadable(problem: Problem, source: CustomerSource) -> Finding:
    return Finding(
        "customers_unreadable",
        f"the customers of {source.tenant} could not be listed: {problem.code}: "
        f"{visible(redact(problem.message))}",
        visible(redact(problem.hint)),
        identity=source.identity,
    )


def _shown(name: str) -> str:
    return visible(redact(name)).strip()
