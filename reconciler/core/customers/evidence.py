"""Evidence for one customer: its links, Azure's answers, and what was written.

It contains nothing about other customers of the file, the journal or the history: links and lines
are selected by the customer's tenant, and other customers' names are removed from free text.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reconciler.core.access.values import Workload
from reconciler.core.customers.directories import Remembered, check_directories
from reconciler.core.errors import WrongUsage
from reconciler.core.history.access_history import RecordedCover
from reconciler.core.history.link_history import Key, LinkHistory, Write
from reconciler.core.identities import Identity
from reconciler.core.links import Change, Observed, Place, Wanted
from reconciler.core.problems import NAME_MISMATCH
from reconciler.core.results import Outcome

Line = Mapping[str, Any]
"""A line of the journal."""

ANOTHER = "[another customer]"
"""The replacement for the name of another customer."""


_UNCHANGED = frozenset({Outcome.ALREADY, Outcome.STALE, Outcome.FAILED})
"""Outcomes that changed nothing, unless Azure returned another partner name for the new link."""


def _may_have_changed(write: Write) -> bool:
    """Whether a write changed the link, or may have."""
    return write.outcome not in _UNCHANGED or write.problem == NAME_MISMATCH


@dataclass(frozen=True, slots=True)
class RawReading:
    """Azure's answer about one link, unchanged.

    read_at     when it came, UTC
    url         of the request
    status      the HTTP status; None if Azure did not answer, and then there is no body
    request_id  Azure's x-ms-request-id, or None
    """

    observed: Observed
    read_at: datetime
    url: str
    status: int | None = None
    body: bytes = b""
    request_id: str | None = None

    @property
    def digest(self) -> str | None:
        """SHA-256 of the body, `sha256:…`; None without an answer."""
        return f"sha256:{hashlib.sha256(self.body).hexdigest()}" if self.status else None


def without_other_directories(
    readings: Mapping[Place, RawReading], remembered: Remembered
) -> dict[Place, RawReading]:
    """The readings without the answers of a directory that a domain did not lead to before.

    That directory may be another customer's.
    """
    seen = {place: reading.observed for place, reading in readings.items()}
    checked = check_directories(seen, remembered)
    return {
        place: reading
        if checked[place] is reading.observed
        else RawReading(checked[place], reading.read_at, reading.url)
        for place, reading in readings.items()
    }


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One link of the customer.

    reading  None if the link is not read (attested)
    """

    change: Change
    identity: Identity
    reading: RawReading | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All evidence for one customer.

    customer        its name in the file
    others          names, GUIDs and domains of other customers, which must not appear
    link_histories  what earlier runs observed and wrote; None if the history could not be read
    """

    customer: str
    items: tuple[EvidenceItem, ...]
    journal: tuple[Line, ...]
    link_histories: tuple[LinkHistory, ...] | None
    others: frozenset[str]
    created_at: datetime
    tool_version: str
    config_digest: str
    workload: Workload = Workload.AZURE

    @property
    def is_complete(self) -> bool:
        """Whether every link could be read, except attested ones."""
        return not any(item.change.problem for item in self.items)


def customer_of(wanted: Sequence[Wanted], selectors: Sequence[str]) -> str:
    """The customer of a selection. Raises `WrongUsage` if it has several.

    A covered customer has no link of its own: a selector names it, and another tenant serves it.
    """
    tenants = list(dict.fromkeys(want.place.tenant for want in wanted))
    if len(tenants) > 1:
        shown = ", ".join(tenants[:3]) + ", …" * (len(tenants) > 3)
        raise WrongUsage(
            f"evidence is for one customer, and {len(tenants)} are selected ({shown}); "
            "name one with --only"
        )
    served = {name for want in wanted for name in want.covers}
    return next((name for name in selectors if name in served), tenants[0])


def names_of_others(
    every: Iterable[Wanted], own: Sequence[Wanted], customer: str
) -> frozenset[str]:
    """The names, GUIDs and domains of the other customers of a file."""
    mine = {customer} | {n for w in own for n in (w.place.tenant, w.place.directory)}
    names = {n for w in every for n in (w.place.tenant, w.place.directory, *w.covers)}
    return frozenset(names - mine)


@dataclass(frozen=True, slots=True)
class CustomerHistory:
    """The part of the journal and the history that belongs to one customer.

    tenant      the name of the tenant that its links are in
    identities  those that count; None means all, if the tenant is the customer's own
    tenant_ids  the GUIDs that the name means now; another GUID may be another customer's
    customer    its name in the file
    """

    tenant: str
    identities: frozenset[str] | None
    tenant_ids: frozenset[str]
    customer: str = ""

    @classmethod
    def of(
        cls, customer: str, changes: Sequence[Change], remembered: Remembered
    ) -> "CustomerHistory":
        """The part that belongs to a customer with these links.

        The GUID of a domain is the one of the last run: a domain that has moved since leads to
        another customer's directory.
        """
        tenant = changes[0].place.tenant
        names = frozenset(change.place.identity for change in changes)
        known = changes[0].place.guid or remembered.get(tenant)
        seen = {change.observed.tenant_id for change in changes if change.observed}
        ids = frozenset(filter(None, {known} if known else seen))
        return cls(tenant, names if tenant != customer else None, ids, customer)

    def has(self, key: Key) -> bool:
        """Whether this link, named as in the file, is the customer's."""
        tenant, identity = key
        return tenant == self.tenant and (self.identities is None or identity in self.identities)

    def lines(self, lines: Iterable[Line]) -> tuple[Line, ...]:
        """The journal's lines about these links."""
        return tuple(
            line
            for line in lines
            if self.has((str(line.get("tenant")), str(line.get("identity"))))
            and self._is_here(line.get("tenant_id"))
        )

    def link_history(
        self,
        link_history: LinkHistory,
        cover: RecordedCover | None = None,
        directory: str | None = None,
    ) -> LinkHistory:
        """A link's history in this tenant, with the writes that may have changed it.

        cover      the last verdict about the roles that this customer delegates; None without one
        directory  the GUID of the customer's directory now; None if that is not known
        """
        periods = tuple(p for p in link_history.periods if self._is_here(p.observation.tenant_id))
        # A link of our own tenant has roles at many customers, and its verdict counts them all.
        access = None
        if self.identities is None and periods == link_history.periods:
            access = link_history.access
        elif self.identities is not None and cover and cover.tenant_id == directory:
            access = cover.access
        return replace(
            link_history,
            access=access,
            periods=periods,
            writes=tuple(
                w
                for w in link_history.writes
                if self._is_here(w.tenant_id) and _may_have_changed(w)
            ),
        )

    def _is_here(self, tenant_id: str | None) -> bool:
        return tenant_id is None or not self.tenant_ids or tenant_id in self.tenant_ids


def without_others(text: str, others: Iterable[str], own: Iterable[str] = ()) -> str:
    """The text with every name of another customer replaced.

    own  names that stay, even if they contain another customer's name
    """
    kept = {name.casefold() for name in own}
    names = sorted({*others, *own} - {""}, key=len, reverse=True)
    if not names:
        return text
    any_of = "|".join(map(re.escape, names))

    def replacement(found: re.Match[str]) -> str:
        return found[0] if found[0].casefold() in kept else ANOTHER

    return re.sub(rf"(?<!\w)(?:{any_of})(?!\w)", replacement, text, flags=re.IGNORECASE)
