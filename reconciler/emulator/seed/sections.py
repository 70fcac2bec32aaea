"""Sections of a seed: tenants and links. `fault_rules` and `principals` hold the others."""

from __future__ import annotations

from pydantic import model_validator

from reconciler.emulator.seed.fields import (
    Domains,
    Flag,
    Guid,
    Part,
    PartnerId,
    Positive,
    TenantId,
    Time,
)
from reconciler.emulator.state.directory import Directory, Tenant
from reconciler.emulator.state.links import Partners, Place, Record


class TenantEntry(Part):
    """One of `tenants`."""

    tenant: Guid
    name: str = ""
    domains: Domains = ()

    def value(self) -> Tenant:
        """Return the tenant."""
        return Tenant(self.tenant, self.name, self.domains)


class PlaceEntry(Part):
    """Where a link lives: a tenant, and a principal by its object ID or client ID."""

    tenant: TenantId
    object_id: Guid | None = None
    client_id: Guid | None = None

    @model_validator(mode="after")
    def _one_principal(self) -> PlaceEntry:
        if (self.object_id is None) == (self.client_id is None):
            raise ValueError("needs either object_id or client_id")
        return self

    def place(self, directory: Directory) -> Place:
        """Return the key of the link."""
        derived = directory.object_id(self.tenant, self.client_id or "")
        return Place(self.tenant, self.object_id or derived)


class LinkChange(PlaceEntry):
    """A link that another party writes; null removes it."""

    partner_id: PartnerId | None = None

    @model_validator(mode="after")
    def _explicit_removal(self) -> LinkChange:
        if "partner_id" not in self.model_fields_set:
            raise ValueError("partner_id is missing; null removes the link")
        return self


class LinkEntry(PlaceEntry):
    """One of `links`.

    partner_name: null is kept; if absent, the name of the ID is used
    created, updated: ticks of 100 ns since 1970; None for the moment of planting
    """

    partner_id: PartnerId
    partner_name: str | None = None
    version: Positive = 1
    created: Time | None = None
    updated: Time | None = None
    removed: Flag = False
    state: str = "Active"

    def record(self, now: int, partners: Partners) -> Record:
        """Return the record for this link, at `now` in ticks."""
        created = now if self.created is None else self.created
        updated = created if self.updated is None else self.updated
        has_name = "partner_name" in self.model_fields_set
        name = self.partner_name if has_name else partners.name(self.partner_id)
        return Record(
            self.partner_id, name, self.version, created, updated, not self.removed, self.state
        )
