"""Directories of entries named by a domain, gathered for a run from the history and the journal."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from os.path import lexists
from typing import TYPE_CHECKING

from reconciler.cli import wiring
from reconciler.cli.output import note
from reconciler.core.customers.directories import (
    Remembered,
    SeenDirectory,
    check_saved_plan,
    domains_of,
    newest,
)
from reconciler.core.errors import RunFailed

if TYPE_CHECKING:
    from collections.abc import Collection

    from reconciler.cli.run import Run
    from reconciler.core.links import Change, Place, Problem


def remembered_directories(run: Run) -> Remembered:
    """The GUID that each entry named by a domain led to in its last run; nothing is asked of Azure.

    Where the history is unreachable, a warning says so and the journal alone is used.
    """
    tenants = domains_of(run.config.wanted)
    if not tenants:
        return {}
    return newest([*_of_journal(run, tenants), *_of_history(run, tenants)])


def moved(run: Run, changes: Sequence[Change]) -> dict[Place, Problem]:
    """Why changes of a saved plan are not made: their domains are looked up once more."""
    domains = domains_of(run.config.wanted)
    asked = {domains[c.place.tenant] for c in changes if c.place.tenant in domains}
    found = dict(zip(asked, run.crew.pool.map(run.azure.tenant_id, asked), strict=True))
    return check_saved_plan(changes, domains, found, run.directories)


def _of_history(run: Run, tenants: Collection[str]) -> Sequence[SeenDirectory]:
    try:
        with closing(
            wiring.open_history(run.options, run.config.history, run.config.cloud)
        ) as history:
            return history.directories(tenants)
    except Exception as error:
        note(
            "warning: whether a domain leads to another directory than in the last run is checked "
            f"against the journal only: the history cannot be read: {error}"
        )
        return ()


def _of_journal(run: Run, tenants: Collection[str]) -> Sequence[SeenDirectory]:
    from reconciler.store.history.from_journal import directories
    from reconciler.store.journal import lines

    path = wiring.journal_path(run.options, run.config.history)
    try:
        seen = directories(lines(path)) if lexists(path) else ()
        return [each for each in seen if each.tenant in tenants]
    except (RunFailed, OSError) as error:
        note(f"warning: the journal cannot be read: {error}")
        return ()
