"""What does the file say about one link, and where? Override, tenant, tags and defaults together.

The one place that knows which of them wins: what is wanted, what is checked and what is explained
all ask here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from reconciler.config.model.document import Attested, Document, Hold, Override, Tenant
from reconciler.config.reading.tree import Path
from reconciler.core.links import WantedState, Workload

DEFAULTS: Path = ("defaults", "identities")
BY_TAG: Path = ("defaults", "by_tag")


@dataclass(frozen=True, slots=True)
class PlacedValue:
    """A value, and the place in the file that gives it; None for what no place gives."""

    value: Any
    path: Path | None


NOWHERE = PlacedValue(None, None)

_ATTRIBUTES = {"from": "begins"}
"""Keys of the file that are no names in Python."""


@dataclass(frozen=True, slots=True)
class TenantEntry:
    """One tenant of the file, with what its tags and the defaults say of it."""

    document: Document
    index: int

    @property
    def tenant(self) -> Tenant:
        return self.document.tenants[self.index]

    @property
    def is_covered(self) -> bool:
        """Whether it is served from another tenant: then no default gives it identities."""
        return self.index in self.document.covered

    def find(self, key: str) -> PlacedValue:
        """What holds for the whole tenant: its own word, else its tags', else the defaults'."""
        if (own := _said(self.tenant, key)) is not None:
            return PlacedValue(own, ("tenants", self.index, key))
        if key == "identities" and self.is_covered:
            return NOWHERE
        if tagged := self.by_tag(key):
            return tagged[0]
        default = getattr(self.document.defaults, key, None)
        return NOWHERE if default is None else PlacedValue(default, ("defaults", key))

    def by_tag(self, key: str) -> list[PlacedValue]:
        """What its tags say, in their order. A sound file has no two that differ."""
        by_tag = self.document.defaults.by_tag
        if not by_tag:
            return []
        given = ((tag, getattr(by_tag.get(tag), key, None)) for tag in self.tenant.tags or ())
        return [
            PlacedValue(value, (*BY_TAG, tag, key)) for tag, value in given if value is not None
        ]

    @property
    def workload(self) -> Workload:
        """What its principals work on."""
        return self.find("workload").value or Workload.AZURE

    def entries(self) -> Iterator["LinkEntry"]:
        """Its links, in the order of its identities."""
        listed = self.find("identities")
        for number, override in enumerate(listed.value or ()):
            yield LinkEntry(self, override, (*cast(Path, listed.path), number))


@dataclass(frozen=True, slots=True)
class LinkEntry:
    """One identity of one tenant: what holds for it, and where the file says so.

    path  the identity's place, in the tenant's own list or in the defaults
    """

    customer: TenantEntry
    override: Override
    path: Path

    def find(self, key: str) -> PlacedValue:
        """What holds for this link: the override's word, else what holds for the tenant."""
        if (own := _said(self.override, key)) is not None:
            return PlacedValue(own, (*self.path, key))
        return self.customer.find(key)

    @property
    def tenant(self) -> Tenant:
        return self.customer.tenant

    @property
    def is_own(self) -> bool:
        """Whether the tenant lists the identity itself."""
        return self.path[0] == "tenants"

    @property
    def identity(self) -> str:
        return self.override.identity

    @property
    def state(self) -> WantedState:
        """What is wanted between its first and its last day."""
        return self.find("state").value or WantedState.LINKED

    @property
    def is_dated(self) -> bool:
        """Whether a first or a last day is set: most links have none, and there are many."""
        return any(part.begins or part.until for part in (self.override, self.tenant))

    def state_on(self, day: date) -> PlacedValue:
        """What is wanted on that day (UTC): before its first, nothing; after its last, no link."""
        if not self.is_dated:
            return PlacedValue(self.state, self.find("state").path)
        begins, until = self.find("from"), self.find("until")
        if begins.value and day < begins.value:
            return PlacedValue(WantedState.UNMANAGED, begins.path)
        if until.value and day > until.value:
            return PlacedValue(WantedState.ABSENT, until.path)
        return PlacedValue(self.state, self.find("state").path)

    @property
    def partner(self) -> str | None:
        """The alias or ID that is wanted, whatever the state."""
        return cast("str | None", self.find("partner").value)

    @property
    def hold(self) -> Hold | None:
        return cast("Hold | None", self.find("hold").value)

    @property
    def attested(self) -> Attested | None:
        return cast("Attested | None", self.find("attested").value)

    @property
    def pin(self) -> PlacedValue:
        """The object ID that the principal must have there, if the file says so."""
        own = self.override.object_id
        if own is not None:
            return PlacedValue(own, (*self.path, "object_id"))
        pinned = (self.tenant.object_ids or {}).get(self.identity)
        path = ("tenants", self.customer.index, "object_ids", self.identity)
        return NOWHERE if pinned is None else PlacedValue(pinned, path)


def _said(part: Tenant | Override, key: str) -> Any:
    return getattr(part, _ATTRIBUTES.get(key, key), None)


def entries(document: Document, index: int) -> Iterator[LinkEntry]:
    """The links of the tenant at this index, in the order of its identities."""
    return TenantEntry(document, index).entries()
