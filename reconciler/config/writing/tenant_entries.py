"""Tenant entries for discovered tenants, written so that a plan finds them in sync.

An entry contains only what differs from the file's defaults. A tenant that could not be read is a
comment with the cause.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.config.writing.yaml_editor import Value, flow
from reconciler.core.customers.discovery import DesiredEntry, DiscoveredTenant, desired_entry
from reconciler.core.links import Observed
from reconciler.core.text import visible


@dataclass(frozen=True, slots=True)
class FileDefaults:
    """The values that the file gives to all of its tenants.

    aliases     partner ID → its alias
    ours        the partner IDs that the file lists; None means any
    partner     the default partner ID, or None
    identities  the default identities
    unlinked    the partner ID that a new entry wants if it is not linked; None for unmanaged
    """

    aliases: Mapping[str, str] = field(default_factory=dict)
    ours: frozenset[str] | None = None
    partner: str | None = None
    identities: tuple[str, ...] = ()
    unlinked: str | None = None

    def entry(self, seen: Observed) -> DesiredEntry:
        """The entry for a link that was read."""
        return desired_entry(seen, self.ours, self.unlinked)


@dataclass(frozen=True, slots=True)
class TenantEntries:
    """The entries of several tenants.

    values  one for each tenant with a link that was read
    lines   the same and the comments, as a block sequence
    """

    values: tuple[dict[str, Value], ...]
    lines: tuple[str, ...]


def entries(tenants: Sequence[DiscoveredTenant], file_defaults: FileDefaults) -> TenantEntries:
    """The entries of these tenants, in their order."""
    values, lines = [], []
    for tenant in tenants:
        if tenant.links:
            value, remarks = _entry(tenant, file_defaults)
            values.append(value)
            lines += _lines(value, remarks)
        else:
            lines += [f"# {line}" for line in _unread(tenant)]
            bare = {"name": tenant.tenant, "tenant": tenant.directory}
            lines += [f"# {line}" for line in _lines(bare, {})]
    return TenantEntries(tuple(values), tuple(lines))


def _entry(
    tenant: DiscoveredTenant, file_defaults: FileDefaults
) -> tuple[dict[str, Value], dict[str, str]]:
    """The keys of a tenant, and the comments at the end of some of their lines."""
    desired = [(name, file_defaults.entry(seen)) for name, seen in tenant.links]
    first = desired[0][1]
    value: dict[str, Value] = {"name": tenant.tenant, "tenant": tenant.directory}
    value |= _tenant_values(first, file_defaults)
    remarks = {"state": first.remark} if first.remark else {}
    listed: list[Value] = [
        name if one == first else _own(name, one, file_defaults) for name, one in desired
    ]
    if listed != list(file_defaults.identities):
        value["identities"] = listed
    if tenant.tags:
        value["tags"] = tenant.tags
    others = [f"{name}: {one.remark}" for name, one in desired if one.remark and one != first]
    last = next(reversed(value))
    comments = [remarks[last]] if last in remarks else []
    if comments := [*comments, *others, *_unread(tenant)]:
        remarks[last] = "; ".join(comments)
    return value, remarks


def _own(name: str, one: DesiredEntry, file_defaults: FileDefaults) -> dict[str, Value]:
    """The values of an identity that override those of its tenant."""
    return {"identity": name, "state": one.state.value} | _partner(one, file_defaults)


def _tenant_values(one: DesiredEntry, file_defaults: FileDefaults) -> dict[str, Value]:
    """The values of a tenant that differ from the defaults."""
    if one.partner_id is None:
        return {"state": one.state.value}
    return {} if one.partner_id == file_defaults.partner else _partner(one, file_defaults)


def _partner(one: DesiredEntry, file_defaults: FileDefaults) -> dict[str, Value]:
    if one.partner_id is None:
        return {}
    return {"partner": file_defaults.aliases.get(one.partner_id, one.partner_id)}


def _unread(tenant: DiscoveredTenant) -> list[str]:
    return [
        visible(f"not read as {name}: {problem.code}: {problem.message}")
        for name, problem in tenant.unread
    ]


def _lines(value: Mapping[str, Value], remarks: Mapping[str, str]) -> list[str]:
    lines = [
        f"{key}: {flow(inner)}" + (f"  # {visible(remarks[key])}" if key in remarks else "")
        for key, inner in value.items()
    ]
    return [f"{'  ' if number else '- '}{line}" for number, line in enumerate(lines)]
