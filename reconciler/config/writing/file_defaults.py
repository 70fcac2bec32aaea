"""What does a file know that a discovery needs, whether or not it lists tenants yet?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from reconciler.config.load import Config, settled
from reconciler.config.model.fields import GUID, PER_TENANT
from reconciler.config.parse import read as sound_of
from reconciler.config.reading import files
from reconciler.config.reading.tree import Table
from reconciler.config.writing.tenant_entries import FileDefaults

AZURE_CLI = "azure-cli"

WITHOUT_A_FILE = f"version: 1\nidentities: {{{AZURE_CLI}: {{kind: azure_cli}}}}\n".encode()
"""What stands for a file where there is none: whoever is signed in to the Azure CLI."""


@dataclass(frozen=True, slots=True)
class ExistingFile:
    """A sound file, and as much of its tree as another one is written from.

    data  its bytes as loaded, without those that it includes
    """

    config: Config
    root: Table
    data: bytes

    @property
    def tenants(self) -> Mapping[str, str]:
        """What the file calls its tenants: GUID or domain, in lower case → name."""
        tables = [node for node in self.root.items_at("tenants") if isinstance(node, Table)]
        return {str(table["tenant"]).casefold(): str(table["name"]) for table in tables}

    def is_per_tenant(self, identity: str) -> bool:
        """Whether this identity is another app in each tenant, and in none before one says so."""
        found = self.root.get("identities")
        node = found.get(identity) if isinstance(found, Table) else None
        return isinstance(node, Table) and node.get("client_id") == PER_TENANT

    @property
    def domains(self) -> list[str]:
        """The tenants that the file names by a domain: which they are only Entra knows."""
        return [name for name in self.tenants if not GUID.fullmatch(name)]

    @property
    def file_defaults(self) -> FileDefaults:
        """What a new tenant need not say."""
        config, defaults = self.config, self.root.get("defaults")
        aliases = {id_: alias for alias, id_ in reversed([*config.partners.items()])}
        ours = frozenset(aliases) if "partners" in self.root else None
        if not isinstance(defaults, Table) or "by_tag" in defaults:
            return FileDefaults(aliases, ours)
        partner, names = defaults.get("partner"), defaults.items_at("identities")
        listed = tuple(name for name in names if isinstance(name, str))
        return FileDefaults(
            aliases,
            ours,
            config.partners.get(partner, partner) if isinstance(partner, str) else None,
            listed if len(listed) == len(names) else (),
        )


def read(path: Path, today: date, data: bytes | None = None) -> ExistingFile:
    """Read a file that may have no tenants yet.

    data  what to read in the place of the file's own bytes

    Raises `BadFile` with every complaint about it.
    """
    content = files.fetch(path) if data is None else data
    known = content if isinstance(content, bytes) else None
    parsed = sound_of(path, today, data=known, needs_tenants=False)
    return ExistingFile(settled(parsed, path, today), parsed.root, known or b"")
