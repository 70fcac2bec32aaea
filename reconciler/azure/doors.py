"""How does a job find Azure in whichever process it runs? By the run's name.

What travels with a job is `Doors`, which holds a name; what it leads to was opened in that process
before, from the recipe, and is shared by all jobs there.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Event

from reconciler.azure.access import Azure, Recipe
from reconciler.azure.client import LinkReader, LinkWriter
from reconciler.core.endings import Traffic
from reconciler.core.links import Place

_OPEN: dict[str, Azure] = {}


@dataclass(frozen=True, slots=True)
class Doors:
    """The way to Azure of one run, in the process that asks for it."""

    run_id: str

    def open(self, recipe: Recipe, stop: Event) -> None:
        """Open Azure here; once `stop` is set, waits end and nothing is tried again."""
        _OPEN[self.run_id] = Azure(recipe, stop)

    def traffic(self) -> Traffic:
        """What was asked here until now."""
        azure = _OPEN.get(self.run_id)
        return azure.traffic if azure else Traffic()

    def close(self) -> None:
        """Close all connections of the run here."""
        if azure := _OPEN.pop(self.run_id, None):
            azure.close()

    def reader(self, place: Place) -> AbstractContextManager[LinkReader]:
        """Open a link to look at it."""
        return _OPEN[self.run_id].reader(place)

    def writer(self, place: Place) -> AbstractContextManager[LinkWriter]:
        """Open a link to change it."""
        return _OPEN[self.run_id].writer(place)
