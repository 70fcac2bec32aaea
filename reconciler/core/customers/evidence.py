"""What can be shown to one customer? What is linked there, who said so, and what was done.

Evidence is about one customer. Whatever else a file, a journal or a history knows of others stays
out: links and lines are chosen by the customer's own tenant, and free text is searched for names.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reconciler.core.customers.directories import Remembered, check_directories
from reconciler.core.errors import WrongUsage
from reconciler.core.history.link_history import Key, LinkHistory
from reconciler.core.identities import Identity
from reconciler.core.links import Change, Observed, Place, Wanted, Workload
from reconciler.core.results import Outcome

Line = Mapping[str, Any]
"""A line of the journal."""

ANOTHER = "[another customer]"
"""What stands for a name that is none of this customer's business."""


UNCHANGED = frozenset({Outcome.ALREADY, Outcome.STALE, Outcome.FAILED})
"""Outcomes that changed nothing."""


@dataclass(frozen=True, slots=True)
class RawReading:
    """Azure's own answer about one link, to the byte.

    read_at     when it came, UTC
    url         what was asked
    status      of HTTP; None where Azure did not answer, and then there is no body
    request_id  Azure's x-ms-request-id; None where it named none
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
    """The readings, without the answers of directories to which a customer's domain now leads.

    They may be another customer's.
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

    reading  None where nobody looks (attested)
    """

    change: Change
    identity: Identity
    reading: RawReading | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is shown to one customer.

    customer  as the file calls it
    others    what other customers are called, by name, GUID or domain: it appears nowhere
    lives     what earlier runs saw and wrote; None where the history could not be read
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
        """Whether every link that is read could be read."""
        return not any(exhibit.change.problem for exhibit in self.items)


def customer_of(wanted: Sequence[Wanted], selectors: Sequence[str]) -> str:
    """The one customer that a selection is about; raises `WrongUsage` where there are several.

    A covered customer has no link of its own: it is the one that was named, served by another.
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
    """What the other customers of a file are called."""
    mine = {customer} | {n for w in own for n in (w.place.tenant, w.place.directory)}
    names = {n for w in every for n in (w.place.tenant, w.place.directory, *w.covers)}
    return frozenset(names - mine)


@dataclass(frozen=True, slots=True)
class CustomerHistory:
    """Which part of journal and history is this customer's.

    tenant      the label of the tenant that its links stand in
    identities  those that count; None means any, as they are all in the customer's own tenant
    tenant_ids  the GUIDs that the label means today: what it meant before is another's
    """

    tenant: str
    identities: frozenset[str] | None
    tenant_ids: frozenset[str]

    @classmethod
    def of(cls, customer: str, changes: Sequence[Change]) -> "CustomerHistory":
        """The past of a customer with these links."""
        tenant = changes[0].place.tenant
        names = frozenset(change.place.identity for change in changes)
        ids = {c.observed.tenant_id for c in changes if c.observed and c.observed.tenant_id}
        return cls(tenant, names if tenant != customer else None, frozenset(ids))

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

    def link_history(self, link_history: LinkHistory) -> LinkHistory:
        """A link's history in this tenant, with the writes that may have changed it."""
        return replace(
            link_history,
            periods=tuple(
                p for p in link_history.periods if self._is_here(p.observation.tenant_id)
            ),
            writes=tuple(
                w
                for w in link_history.writes
                if self._is_here(w.tenant_id) and w.outcome not in UNCHANGED
            ),
        )

    def _is_here(self, tenant_id: str | None) -> bool:
        return tenant_id is None or not self.tenant_ids or tenant_id in self.tenant_ids


def without_others(text: str, others: Iterable[str], own: Iterable[str] = ()) -> str:
    """The text with every name of another customer struck out.

    own  names that stay even where they hold another's
    """
    kept = {name.casefold() for name in own}
    names = sorted({*others, *own} - {""}, key=len, reverse=True)
    if not names:
        return text
    any_of = "|".join(map(re.escape, names))

    def struck(found: re.Match[str]) -> str:
        return found[0] if found[0].casefold() in kept else ANOTHER

    return re.sub(rf"(?<!\w)(?:{any_of})(?!\w)", struck, text, flags=re.IGNORECASE)
