"""Precedence: the value of each key for a tenant or link, with its place in the file.

The order is: identity of the tenant, tenant, its tags, defaults. The wanted links, the checks and
`validate --explain` all use it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from reconciler.config.model.document import Attested, Document, Hold, Override, Tenant
from reconciler.config.reading.tree import Path
from reconciler.core.access.values import Workload
from reconciler.core.links import WantedState

DEFAULTS: Path = ("defaults", "identities")
BY_TAG: Path = ("defaults", "by_tag")


@dataclass(frozen=True, slots=True)
class PlacedValue:
    """A value and its path in the file; None if the file does not give it."""

    value: Any
    path: Path | None


NOWHERE = PlacedValue(None, None)

_ATTRIBUTES = {"from": "begins"}
"""Keys of the file that are reserved words in Python."""


@dataclass(frozen=True, slots=True)
class TenantEntry:
    """One tenant of the file, with the values of its tags and of the defaults."""

    document: Document
    index: int

    @property
    def tenant(self) -> Tenant:
        return self.document.tenants[self.index]

    @property
    def is_covered(self) -> bool:
        """Whether another tenant covers it. Then the default identities do not apply to it."""
        return self.index in self.document.covered

    def find(self, key: str) -> PlacedValue:
        """The value for the whole tenant: its own, or that of its tags, or the default."""
        if (own := _own_value(self.tenant, key)) is not None:
            return PlacedValue(own, ("tenants", self.index, key))
        if key == "identities" and self.is_covered:
            return NOWHERE
        if tagged := self.by_tag(key):
            return tagged[0]
        default = getattr(self.document.defaults, key, None)
        return NOWHERE if default is None else PlacedValue(default, ("defaults", key))

    def by_tag(self, key: str) -> list[PlacedValue]:
        """The values of its tags, in their order. In a valid file they do not differ."""
        by_tag = self.document.defaults.by_tag
        if not by_tag:
            return []
        given = ((tag, getattr(by_tag.get(tag), key, None)) for tag in self.tenant.tags or ())
        return [
            PlacedValue(value, (*BY_TAG, tag, key)) for tag, value in given if value is not None
        ]

    @property
    def workload(self) -> Workload:
        """The workload of its principals."""
        return self.find("workload").value or Workload.AZURE

    def entries(self) -> Iterator["LinkEntry"]:
        """Its links, in the order of its identities."""
        listed = self.find("identities")
        for number, override in enumerate(listed.value or ()):
            yield LinkEntry(self, override, (*cast(Path, listed.path), number))


@dataclass(frozen=True, slots=True)
class LinkEntry:
    """One identity of one tenant.

    path  of the identity, in the tenant's own list or in the defaults
    """

    customer: TenantEntry
    override: Override
    path: Path

    def find(self, key: str) -> PlacedValue:
        """The value for this link: that of its identity, or else that of the tenant."""
        if (own := _own_value(self.override, key)) is not None:
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
        """The wanted state between `from` and `until`."""
        return self.find("state").value or WantedState.LINKED

    @property
    def is_dated(self) -> bool:
        """Whether `from` or `until` is set. Most links have neither, so this is a fast check."""
        return any(part.begins or part.until for part in (self.override, self.tenant))

    def state_on(self, day: date) -> PlacedValue:
        """The wanted state on a day (UTC): unmanaged before `from`, and absent after `until`."""
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
        """The alias or ID of the wanted partner, whatever the state."""
        return cast("str | None", self.find("partner").value)

    @property
    def hold(self) -> Hold | None:
        return cast("Hold | None", self.find("hold").value)

    @property
    def attested(self) -> Attested | None:
        return cast("Attested | None", self.find("attested").value)

    @property
    def pin(self) -> PlacedValue:
        """The object ID that the principal must have in the tenant, if the file gives one."""
        own = self.override.object_id
        if own is not None:
            return PlacedValue(own, (*self.path, "object_id"))
        pinned = (self.tenant.object_ids or {}).get(self.identity)
        path = ("tenants", self.customer.index, "object_ids", self.identity)
        return NOWHERE if pinned is None else PlacedValue(pinned, path)


def _own_value(part: Tenant | Override, key: str) -> Any:
    return getattr(part, _ATTRIBUTES.get(key, key), None)


def entries(document: Document, index: int) -> Iterator[LinkEntry]:
    """The links of a tenant, in the order of its identities."""
    return TenantEntry(document, index).entries()
