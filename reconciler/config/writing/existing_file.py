"""The existing tenants.yaml as `discover` needs it, and the same file with more tenants.

New tenants are added behind the existing ones. No other byte of the file changes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from reconciler.config.load import Config, settled
from reconciler.config.model.fields import GUID
from reconciler.config.model.identity_fields import PER_TENANT
from reconciler.config.parse import read as parse
from reconciler.config.partners import Partners
from reconciler.config.reading import files
from reconciler.config.reading.tree import Table
from reconciler.config.writing.tenant_entries import FileDefaults, entries
from reconciler.config.writing.yaml_editor import Editor, Uneditable
from reconciler.core.customers.discovery import DiscoveredTenant
from reconciler.core.errors import PalReconcileError, RunFailed
from reconciler.core.links import Wanted

AZURE_CLI = "azure-cli"

WITHOUT_A_FILE = f"version: 1\nidentities: {{{AZURE_CLI}: {{kind: azure_cli}}}}\n".encode()
"""Used in place of a missing file: the account that is signed in to the Azure CLI."""

_BOM = b"\xef\xbb\xbf"

LinkFacts = tuple[str, str, object, str | None]
"""Directory, identity, state and partner ID of a link."""


@dataclass(frozen=True, slots=True)
class ExistingFile:
    """A valid file, with or without tenants.

    partners  those that it may link
    root      its tree, from which a new file copies partners and identities
    data      its bytes as loaded, without included files
    """

    config: Config
    partners: Partners
    root: Table
    data: bytes

    @property
    def tenants(self) -> Mapping[str, str]:
        """GUID or domain in lower case → the name of the tenant in the file."""
        tables = [node for node in self.root.items_at("tenants") if isinstance(node, Table)]
        return {str(table["tenant"]).casefold(): str(table["name"]) for table in tables}

    def is_per_tenant(self, identity: str) -> bool:
        """Whether this identity is a customer's own app, which each tenant entry has to name."""
        found = self.root.get("identities")
        node = found.get(identity) if isinstance(found, Table) else None
        return isinstance(node, Table) and node.get("client_id") == PER_TENANT

    @property
    def domains(self) -> list[str]:
        """The domains by which the file names tenants. Only Entra knows their GUIDs."""
        return [name for name in self.tenants if not GUID.fullmatch(name)]

    @property
    def file_defaults(self) -> FileDefaults:
        """The values that an entry does not have to repeat."""
        defaults, aliases = self.root.get("defaults"), self.partners.aliases
        ours = self.partners.ours if self.partners.is_listed else None
        if not isinstance(defaults, Table) or "by_tag" in defaults:
            return FileDefaults(aliases, ours)
        partner, names = defaults.get("partner"), defaults.items_at("identities")
        listed = tuple(name for name in names if isinstance(name, str))
        return FileDefaults(
            aliases,
            ours,
            self.partners.id_of(partner) if isinstance(partner, str) else None,
            listed if len(listed) == len(names) else (),
        )


def read(path: Path, today: date, data: bytes | None = None) -> ExistingFile:
    """Read a file that may have no tenants yet. Raises `BadFile` with every error in it.

    data  the bytes to read instead of the file's own
    """
    content = files.fetch(path) if data is None else data
    known = content if isinstance(content, bytes) else None
    parsed = parse(path, today, data=known, needs_tenants=False)
    partners = Partners.of(parsed.document)
    return ExistingFile(settled(parsed, path, today), partners, parsed.root, known or b"")


def with_tenants(
    source: ExistingFile,
    tenants: Sequence[DiscoveredTenant],
    today: date,
    unlinked: str | None = None,
) -> bytes:
    """The bytes of the file with these tenants added.

    unlinked  the partner ID that tenants without a link should want; None for unmanaged

    A tenant that could not be read is added as a comment, unless the file already mentions it.
    The result is loaded and compared with what it should contain. Raises `RunFailed` if the form of
    the file does not allow additions.
    """
    text = source.data.removeprefix(_BOM).decode("utf-8")
    folded = text.casefold()
    added_tenants = [found for found in tenants if found.links or found.directory not in folded]
    file_defaults = replace(source.file_defaults, unlinked=unlinked)
    added = entries(added_tenants, file_defaults)
    if not added.lines:
        return source.data
    try:
        editor = Editor(text)
        editor.extend("tenants", added.values, added.lines)
        written = editor.text()
    except Uneditable as error:
        raise _refused(source, str(error)) from None
    data = (_BOM if source.data.startswith(_BOM) else b"") + written.encode("utf-8")
    try:
        changed = read(source.config.path, today, data)
    except PalReconcileError as error:
        raise _refused(source, str(error).splitlines()[0]) from None
    before, after = set(map(_facts, source.config.wanted)), set(map(_facts, changed.config.wanted))
    if after != before | set(_expected(added_tenants, file_defaults, source.partners, today)):
        raise _refused(source, "the meaning of its other parts would change")
    return data


def _facts(want: Wanted) -> LinkFacts:
    return want.place.directory, want.place.identity, want.state, want.partner_id


def _expected(
    tenants: Sequence[DiscoveredTenant],
    file_defaults: FileDefaults,
    partners: Partners,
    today: date,
) -> Iterator[LinkFacts]:
    """The links that the new entries want today: an ID may have become another one."""
    for tenant in tenants:
        for identity, seen in tenant.links:
            one = file_defaults.entry(seen)
            partner_id = partners.id_on(one.partner_id, today) if one.partner_id else None
            yield tenant.directory, identity, one.state, partner_id


def _refused(source: ExistingFile, why: str) -> RunFailed:
    return RunFailed(
        f"{source.config.path} was not changed. Tenants cannot be added to it: {why}; "
        "write a new file with --out and copy them from there"
    )
