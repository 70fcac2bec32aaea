"""Input of the whole-file checks: the valid parts of the file and what is known of the broken ones.

The checks report only what does not follow from an error that is reported already.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from reconciler.config.model.document import Document
from reconciler.config.reading.diagnostics import Diagnostics, quoted
from reconciler.config.reading.tree import Node, Path, Plain, Table, place


@dataclass(frozen=True)
class CheckContext:
    """A document whose parts are valid by themselves.

    root    its tree, with the definitions of the whole file, valid or not
    broken  the paths with an error, cut to what a check depends on: `tenants, 4, partner`; also
            those of keys that are not there, if an unknown key is similar
    today   the day (UTC) of the run
    """

    document: Document
    root: Table
    broken: frozenset[Path]
    complaints: Diagnostics
    today: date

    def add(self, path: Path, message: str) -> None:
        """Report an error at a path."""
        self.complaints.add(place(self.root, path), message)

    def where(self, path: Path) -> str:
        """The location of a path, as messages show it."""
        return self.complaints.where(place(self.root, path))

    def tenant(self, index: int) -> str:
        """A tenant as messages name it: by its name, or by its number if the name is broken."""
        name = self.document.tenants[index].name
        return quoted(name) if name else f"entry {index + 1}"

    @property
    def has_partners(self) -> bool:
        """Whether there is a partners: section, valid or not."""
        return "partners" in self.root

    def is_broken(self, *path: str | int) -> bool:
        """Whether this path, or one that it is inside of, has an error."""
        return any(path[:length] in self.broken for length in range(1, len(path) + 1))

    @cached_property
    def is_any_identity_broken(self) -> bool:
        """Whether an identity, or the whole section, has an error."""
        return any(path[0] == "identities" for path in self.broken)

    def is_defined(self, section: str, name: str) -> bool:
        """Whether the file defines this partner or identity, in valid form or not.

        An ID under `partners:` counts as well. Of a section that is no mapping, or whose key is
        misspelt, every name does.
        """
        found = self.root.get(section)
        if self.is_broken(section) or (found is not None and not isinstance(found, Table)):
            return True
        return name in self._names(section) or (section == "partners" and name in self._ids)

    def nearest(self, section: str, name: str) -> str:
        """`did you mean X?` with the most similar name that the section defines, or nothing."""
        return self.complaints.did_you_mean(name, self._names(section))

    def _names(self, section: str) -> Collection[str]:
        found = self.root.get(section)
        return found.keys() if isinstance(found, Table) else ()

    @cached_property
    def _ids(self) -> frozenset[str]:
        """The IDs under `partners:`, as written."""
        found = self.root.get("partners")
        partners = found.values() if isinstance(found, Table) else ()
        return frozenset(_text(one.get("id", "")) for one in partners if isinstance(one, Table))


def broken_paths(paths: Iterable[Path]) -> frozenset[Path]:
    """These paths, cut to what a check depends on."""
    return frozenset(path[: 3 if path[0] == "tenants" else 2] for path in paths)


def _text(node: Node) -> str:
    if isinstance(node, Plain):
        return node.text
    return node if isinstance(node, str) else ""
