"""Sections of a seed: tenants, partners, links and switches, from fields to values.

`fault_rules` reads the faults, `principals` those who can sign in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from reconciler.emulator.seed.fields import BadSeed, Fields
from reconciler.emulator.state.directory import DOMAIN, Directory, Tenant
from reconciler.emulator.state.links import PARTNER_ID, Partners, Place, Record, Switches

CHOICES: dict[str, tuple[str, ...]] = {
    "put_while_linked": ("refuse", "overwrite"),
    "patch_same_id": ("unchanged", "counts"),
    "delete_other_id": ("remove", "ignore", "refuse"),
    "delete_while_unlinked": ("unchanged", "counts"),
    "throttling": ("off", "public"),
}


@dataclass(frozen=True)
class SeedLink:
    """A link to begin with.

    has_name: whether `partner_name` was given; else the name of the ID is taken
    created, updated: ticks of 100 ns since 1970; None for the moment of planting
    """

    place: Place
    partner_id: str
    partner_name: str | None
    has_name: bool
    version: int
    created: int | None
    updated: int | None
    is_linked: bool
    state: str

    def record(self, now: int, partners: Partners) -> Record:
        """Return the record for this link, at `now` in ticks."""
        created = now if self.created is None else self.created
        updated = created if self.updated is None else self.updated
        name = self.partner_name if self.has_name else partners.name(self.partner_id)
        return Record(
            self.partner_id, name, self.version, created, updated, self.is_linked, self.state
        )


def read_tenant(entry: Fields) -> Tenant:
    """Read one of `tenants`."""
    tenant_id = entry.need("tenant", entry.guid("tenant"))
    domains = tuple(domain.lower() for domain in entry.texts("domains") or ())
    for domain in domains:
        if not DOMAIN.fullmatch(domain):
            raise BadSeed(f"{entry.path('domains')}: {domain!r} is not a domain")
    tenant = Tenant(tenant_id, entry.text("name") or "", domains)
    entry.finish()
    return tenant


def read_partners(top: Fields) -> Mapping[str, str | None] | None:
    """Read `partners`: ID to name, or to null for an ID without one."""
    partners = top.mapping("partners")
    for partner_id, name in (partners or {}).items():
        where = f"{top.path('partners')}.{partner_id}"
        if not PARTNER_ID.fullmatch(partner_id):
            raise BadSeed(f"{where}: is not a partner ID (4 to 10 digits)")
        if name is not None and not isinstance(name, str):
            raise BadSeed(f"{where}: expected a name, got {name!r}; quote it")
    return partners


def read_secrets(top: Fields) -> Mapping[str, str]:
    """Read `secrets`: name to value. Errors show no value."""
    secrets = top.mapping("secrets") or {}
    for name, value in secrets.items():
        if not isinstance(value, str):
            raise BadSeed(f"{top.path('secrets')}.{name}: expected a text; quote it")
    return {name.lower(): value for name, value in secrets.items()}


def read_link(entry: Fields, directory: Directory) -> SeedLink:
    """Read one of `links`."""
    place = read_place(entry, directory)
    link = SeedLink(
        place,
        entry.need("partner_id", entry.partner_id("partner_id")),
        entry.text("partner_name"),
        "partner_name" in entry,
        entry.whole("version", least=1) or 1,
        entry.time("created"),
        entry.time("updated"),
        not entry.flag("removed"),
        entry.text("state") or "Active",
    )
    entry.finish()
    return link


def read_place(entry: Fields, directory: Directory) -> Place:
    """Read the place of a link: `tenant`, and `object_id` or `client_id`."""
    name = entry.need("tenant", entry.text("tenant"))
    tenant_id = find_tenant(name, entry.path("tenant"), directory)
    object_id, client_id = entry.guid("object_id"), entry.guid("client_id")
    if (object_id is None) == (client_id is None):
        raise BadSeed(f"{entry.where or 'the link'}: needs either object_id or client_id")
    return Place(tenant_id, object_id or directory.object_id(tenant_id, str(client_id)))


def read_switches(entry: Fields, before: Switches) -> Switches:
    """Read changes to the switches `before`; call `entry.finish` when no other keys may follow."""
    changes: dict[str, Any] = {}
    for field in fields(Switches):
        if field.name in entry:
            choices = CHOICES.get(field.name)
            changes[field.name] = entry.need(
                field.name,
                entry.choice(field.name, choices)
                if choices
                else entry.whole(field.name, least=400, most=599),
            )
        else:
            entry.allow(field.name)
    return replace(before, **changes)


def find_tenant(name: str, where: str, directory: Directory) -> str:
    """Return the GUID of a tenant named by GUID or domain; BadSeed when there is none."""
    tenant = directory.tenant(name)
    if tenant is None:
        raise BadSeed(f"{where}: there is no tenant {name!r}")
    return tenant.tenant_id
