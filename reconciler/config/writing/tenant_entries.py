"""How does a tenant that was found stand in a file? Its entry, so that a plan finds it in sync.

An entry says only what the file's defaults do not. What could not be read stands as a comment with
the cause: whoever mends it takes the comment signs away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.config.writing.yaml_editor import Value, flow
from reconciler.core.customers.discovery import DesiredEntry, DiscoveredTenant, desired_entry
from reconciler.core.text import visible


@dataclass(frozen=True, slots=True)
class FileDefaults:
    """What the file says once for all of its tenants.

    aliases     partner ID → what the file calls it
    ours        the IDs that may be kept as wanted; None means any
    partner     the ID that a tenant gets by default, or None
    identities  those that a tenant gets by default
    """

    aliases: Mapping[str, str] = field(default_factory=dict)
    ours: frozenset[str] | None = None
    partner: str | None = None
    identities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TenantEntries:
    """The entries of a number of tenants.

    values  one for each tenant of which something was read
    lines   these and the comments, as a block sequence
    """

    values: tuple[dict[str, Value], ...]
    lines: tuple[str, ...]


def entries(tenants: Sequence[DiscoveredTenant], file_defaults: FileDefaults) -> TenantEntries:
    """What to write for these tenants, in their order."""
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
    """The keys of a tenant, and the comments that stand behind some of them."""
    wishes = [(name, desired_entry(seen, file_defaults.ours)) for name, seen in tenant.links]
    first = wishes[0][1]
    value: dict[str, Value] = {"name": tenant.tenant, "tenant": tenant.directory}
    value |= _said(first, file_defaults)
    remarks = {"state": first.remark} if first.remark else {}
    listed: list[Value] = [
        name if one == first else _own(name, one, file_defaults) for name, one in wishes
    ]
    if listed != list(file_defaults.identities):
        value["identities"] = listed
    if tenant.tags:
        value["tags"] = tenant.tags
    others = [f"{name}: {one.remark}" for name, one in wishes if one.remark and one != first]
    last = next(reversed(value))
    behind = [remarks[last]] if last in remarks else []
    if behind := [*behind, *others, *_unread(tenant)]:
        remarks[last] = "; ".join(behind)
    return value, remarks


def _own(name: str, one: DesiredEntry, file_defaults: FileDefaults) -> dict[str, Value]:
    """What an identity says for itself, whatever its tenant says."""
    return {"identity": name, "state": one.state.value} | _partner(one, file_defaults)


def _said(one: DesiredEntry, file_defaults: FileDefaults) -> dict[str, Value]:
    """What a tenant says for its identities, where the defaults do not."""
    if one.partner_id is None:
        return {"state": one.state.value}
    return {} if one.partner_id == file_defaults.partner else _partner(one, file_defaults)


def _partner(one: DesiredEntry, file_defaults: FileDefaults) -> dict[str, Value]:
    if one.partner_id is None:
        return {}
    return {"partner": file_defaults.aliases.get(one.partner_id, one.partner_id)}


def _unread(tenant: DiscoveredTenant) -> list[str]:
    return [
        visible(f"{name} could not look: {problem.code}: {problem.message}")
        for name, problem in tenant.unread
    ]


def _lines(value: Mapping[str, Value], remarks: Mapping[str, str]) -> list[str]:
    lines = [
        f"{key}: {flow(inner)}" + (f"  # {visible(remarks[key])}" if key in remarks else "")
        for key, inner in value.items()
    ]
    return [f"{'  ' if number else '- '}{line}" for number, line in enumerate(lines)]
