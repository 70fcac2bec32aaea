"""A document on its way: what its checks need to know, and where they complain."""

from dataclasses import dataclass
from datetime import date

from reconciler.config.checks.damage import Damage
from reconciler.config.model.document import Document
from reconciler.config.reading.diagnostics import Diagnostics
from reconciler.config.reading.tree import Path, Table, place


@dataclass(frozen=True, slots=True)
class CheckContext:
    """A document that is being checked.

    root    the tree that it was validated from, which knows the places
    damage  what was taken out of that tree
    today   the day (UTC) that the run takes for today
    """

    document: Document
    root: Table
    damage: Damage
    complaints: Diagnostics
    today: date

    def add(self, path: Path, message: str) -> None:
        self.complaints.add(place(self.root, path), message)

    def nearest(self, section: str, name: str) -> str:
        """`did you mean X?`, if something under that section is named nearly so."""
        return self.complaints.did_you_mean(name, self.damage.names[section])

    def where(self, path: Path) -> str:
        return self.complaints.where(place(self.root, path))
