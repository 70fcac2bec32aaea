"""What has a complaint already? So that nothing is said about its consequences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reconciler.config.reading.tree import Node, Path, Plain, Table


@dataclass(frozen=True, slots=True)
class Damage:
    """The broken places of one file, and the names that it defines, well or badly.

    paths       places with a complaint, cut to what a check depends on: `tenants, 4, partner`
    names       the keys of partners: and identities:
    raw_ids     the IDs under partners:, as written
    unknowable  the sections of these two that are no mapping, so that any name may be meant
    is_listed   whether there is a partners: section
    """

    paths: frozenset[Path]
    names: Mapping[str, frozenset[str]]
    raw_ids: frozenset[str]
    unknowable: frozenset[str]
    is_listed: bool

    @classmethod
    def of(cls, root: Table) -> "Damage":
        """Take stock of the names in a tree as written, before anything is taken out of it."""
        names: dict[str, frozenset[str]] = {}
        for section in ("partners", "identities"):
            found = root.get(section, Table())
            if isinstance(found, Table):
                names[section] = frozenset(found)
        partners = root.get("partners")
        listed = partners.values() if isinstance(partners, Table) else ()
        return cls(
            frozenset(),
            names,
            frozenset(_raw_id(partner) for partner in listed),
            frozenset({"partners", "identities"} - names.keys()),
            "partners" in root,
        )

    def with_paths(self, paths: Iterable[Path]) -> "Damage":
        """The same, with the places that were complained of."""
        cut = frozenset(path[: 3 if path[0] == "tenants" else 2] for path in paths)
        return replace(self, paths=cut)

    def explains(self, section: str, name: str) -> bool:
        """Whether a name or ID is not to be found because what defines it is broken."""
        return (
            section in self.unknowable
            or name in self.names[section]
            or (section == "partners" and name in self.raw_ids)
        )

    def at(self, *path: str | int) -> bool:
        """Whether this place, or the whole of what it is in, has a complaint."""
        return any(path[:length] in self.paths for length in range(1, len(path) + 1))


def _raw_id(partner: Node) -> str:
    found = partner.get("id", "") if isinstance(partner, Table) else ""
    if isinstance(found, Plain):
        return found.text
    return found if isinstance(found, str) else ""
