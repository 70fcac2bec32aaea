"""A new tenants.yaml for discovered tenants.

Identities and partners are copied from the file that was used for the discovery. If that file lists
no partners, the partner IDs that were found are listed for review.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from reconciler.config.model.schema_url import EDITOR_LINE
from reconciler.config.reading.tree import Items, Node, Plain, Table
from reconciler.config.writing.existing_file import ExistingFile
from reconciler.config.writing.labels import clean_name, partner_alias
from reconciler.config.writing.tenant_entries import FileDefaults, entries
from reconciler.config.writing.yaml_editor import flow
from reconciler.core.customers.discovery import DiscoveredTenant

_REVIEW = """\
# These partner IDs were found. Links to any ID listed here may be overwritten or removed. Remove
# the IDs that are not yours, and set state: unmanaged for the tenants that are linked to them."""


def discovered_file(
    source: ExistingFile,
    names: Sequence[str],
    tenants: Sequence[DiscoveredTenant],
    path: Path,
    today: date,
    unlinked: str | None = None,
) -> str:
    """The text of a new file for these identities and tenants.

    path      the new file; paths in it are relative to its folder
    unlinked  the partner ID that tenants without a link should want; None for unmanaged
    """
    cloud = source.config.cloud
    file_defaults = source.file_defaults
    partners, review = source.root.get("partners"), []
    if not isinstance(partners, Table):
        partners = _partners(tenants, unlinked)
        is_given = all(one["id"] == unlinked for _, one in _tables(partners))
        review = [] if is_given else _REVIEW.split("\n")
        file_defaults = FileDefaults({str(one["id"]): alias for alias, one in _tables(partners)})
    most_common = unlinked or _most_common(tenants)
    if file_defaults.ours is not None and most_common not in file_defaults.ours:
        most_common = None
    file_defaults = FileDefaults(
        file_defaults.aliases, file_defaults.ours, most_common, tuple(names), unlinked
    )
    default = [f"partner: {flow(file_defaults.aliases[most_common])}"] if most_common else []
    default.append(f"identities: {flow(list(names))}")
    used = Table()
    old, new = source.config.path.parent.absolute(), path.parent.absolute()
    for name in names:
        node = source.root["identities"][name]  # type: ignore[call-overload,index]  # the file is valid: a mapping
        used[name] = node if old == new else _moved(node, old, new)
    lines = [
        EDITOR_LINE,
        f"# Written by pal-reconcile discover on {today}. Review it, then run: pal-reconcile plan",
        "version: 1",
        f"cloud: {cloud}",
        *_section("partners", partners, review),
        *_section("identities", used),
        "",
        f"defaults: {{{', '.join(default)}}}",
        "",
        "tenants:",
        *(f"  {line}" for line in entries(tenants, file_defaults).lines),
    ]
    return "\n".join(lines) + "\n"


def _section(name: str, table: Table, before: Sequence[str] = ()) -> Iterator[str]:
    if not table:
        return
    yield ""
    yield from before
    yield f"{name}:"
    for key, inner in _tables(table):
        yield f"  {flow(key)}:"
        for word, value in inner.items():
            yield f"    {flow(word)}: {_written(value)}"


def _tables(table: Table) -> Iterator[tuple[str, Table]]:
    for key, inner in table.items():
        if isinstance(inner, Table):
            yield key, inner


def _written(node: Node) -> str:
    """A value of the old file on one line."""
    if isinstance(node, Plain):
        return node.text
    if isinstance(node, Table):
        return "{" + ", ".join(f"{flow(k)}: {_written(v)}" for k, v in node.items()) + "}"
    if isinstance(node, Items):
        return "[" + ", ".join(map(_written, node)) + "]"
    return flow(node)


def _partners(tenants: Sequence[DiscoveredTenant], unlinked: str | None) -> Table:
    """Each partner ID that was found or asked for, with an alias made from Azure's name for it."""
    names: dict[str, dict[str, None]] = {unlinked: {}} if unlinked else {}
    for tenant in tenants:
        for _, seen in tenant.links:
            if seen.partner_id:
                found = names.setdefault(seen.partner_id, {})
                if seen.partner_name and clean_name(seen.partner_name) == seen.partner_name:
                    found[seen.partner_name] = None
    partners = Table()
    for partner_id, called in names.items():
        partner = Table()
        partner["id"] = partner_id
        answers = Items()
        answers.extend(called)
        if answers:
            partner["name"] = answers[0] if len(answers) == 1 else answers
        partners[partner_alias(partner_id, next(iter(called), ""), partners)] = partner
    return partners


def _most_common(tenants: Sequence[DiscoveredTenant]) -> str | None:
    """The partner ID of most links; the first one if several are equally common."""
    counts: dict[str, int] = {}
    for tenant in tenants:
        for _, seen in tenant.links:
            if seen.partner_id:
                counts[seen.partner_id] = counts.get(seen.partner_id, 0) + 1
    return max(counts, key=lambda each: counts[each], default=None)


def _moved(node: Node, old: Path, new: Path) -> Node:
    """The same node, with relative paths that lead from another folder to the same files."""
    if isinstance(node, Items):
        items = Items()
        items.extend(_moved(each, old, new) for each in node)
        return items
    if not isinstance(node, Table):
        return node
    table = Table()
    for key, value in node.items():
        is_path = key == "file" and isinstance(value, str) and not Path(value).is_absolute()
        table[key] = os.path.relpath(old / str(value), new) if is_path else _moved(value, old, new)
    return table
