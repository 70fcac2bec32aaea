"""Sections of a seed that list tenants and apps, in whose terms the others are read."""

from __future__ import annotations

from operator import methodcaller
from typing import Any

from pydantic import ValidationInfo, field_validator

from reconciler.emulator.seed.fields import Part, refuse_twins
from reconciler.emulator.seed.principals import ClientEntry
from reconciler.emulator.seed.sections import TenantEntry
from reconciler.emulator.state.directory import Directory


class DirectorySections(Part):
    """The tenants and apps that exist; None if every one that is well formed exists."""

    # The order matters: names of tenants and apps are looked up in the sections before.
    tenants: tuple[TenantEntry, ...] | None = None
    clients: tuple[ClientEntry, ...] | None = None

    @field_validator("tenants")
    @classmethod
    def _check_tenants(cls, tenants: Any, info: ValidationInfo) -> Any:
        refuse_twins(name for entry in tenants or () for name in (entry.tenant, *entry.domains))
        _context(info)["directory"] = _directory(tenants, None)
        return tenants

    @field_validator("clients")
    @classmethod
    def _check_clients(cls, clients: Any, info: ValidationInfo) -> Any:
        refuse_twins(entry.client_id for entry in clients or ())
        _context(info)["directory"] = _directory(info.data.get("tenants"), clients)
        return clients

    def directory(self) -> Directory:
        """Return the tenants and apps."""
        return _directory(self.tenants, self.clients)


def _context(info: ValidationInfo) -> dict[str, Any]:
    """Return what the validation of one seed shares."""
    return info.context or {}


def _directory(tenants: Any, clients: Any) -> Directory:
    value = methodcaller("value")
    return Directory(values(tenants, value), values(clients, value))


def values(entries: Any, value: Any) -> Any:
    """Return the value of each entry; None without the section."""
    return None if entries is None else tuple(map(value, entries))
