"""Recovery after a crash: finds out what became of changes that the journal left open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.cli.run import Run
    from reconciler.core.links import Observed, Place
    from reconciler.store.journal import FileJournal


def recover(run: Run, journal: FileJournal) -> None:
    """Read the links of open intents and write to the journal what the read shows.

    An intent whose link cannot be read stays open, and a warning says so.
    """
    from reconciler.engine.run import read_links

    unfinished = journal.unfinished
    if not unfinished:
        return
    named = {want.place.key: want.place for want in run.config.wanted}
    places = {key: _at_intent(run, named[key]) for key in unfinished if key in named}
    with run.working("Recovering", len(places)) as advance:
        observed, _ = read_links(
            list(places.values()), run.workers, run.azure.reader, lambda place, seen: advance()
        )
        for key in unfinished:
            _close(run, journal, key, observed[places[key]] if key in places else None)


def _at_intent(run: Run, place: Place) -> Place:
    """The place in the directory that its domain led to when the intent was written."""
    if not place.is_named_by_domain:
        return place
    return replace(place, directory=run.directories.get(place.tenant, place.directory))


def _close(run: Run, journal: FileJournal, key: tuple[str, str], observed: Observed | None) -> None:
    tenant, identity = key
    journal.recover(tenant, identity, observed)
    problem = observed.problem if observed else None
    run.log.warning(
        "intent_still_open" if problem else "recovered",
        tenant=tenant,
        identity=identity,
        state=observed.state.value if observed else "no longer in the file",
        problem=problem.code if problem else None,
    )
