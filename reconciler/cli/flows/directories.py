"""Directories of entries that are named by a domain, from the history and the journal."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from os.path import lexists
from typing import TYPE_CHECKING

from reconciler.cli import state
from reconciler.cli.output import note
from reconciler.core.customers.directories import (
    Remembered,
    SeenDirectory,
    domains_of,
    newest,
)
from reconciler.core.errors import RunFailed

if TYPE_CHECKING:
    from collections.abc import Collection

    from reconciler.cli.run_context import RunContext


def remembered_directories(run: RunContext) -> Remembered:
    """The GUID that each entry named by a domain had in its last run. Sends no request to Azure.

    If the history cannot be read, a warning says so and only the journal is used.
    """
    tenants = domains_of(run.config.wanted)
    if not tenants:
        return {}
    return newest([*_from_journal(run, tenants), *_from_history(run, tenants)])


def _from_history(run: RunContext, tenants: Collection[str]) -> Sequence[SeenDirectory]:
    try:
        with closing(state.open_history_of(run)) as history:
            return history.directories(tenants)
    except Exception as error:
        note(
            "warning: directories of domains are compared with the journal only, because the "
            f"history cannot be read: {error}"
        )
        return ()


def _from_journal(run: RunContext, tenants: Collection[str]) -> Sequence[SeenDirectory]:
    from reconciler.store.history.from_journal import directories
    from reconciler.store.journal import lines

    path = state.journal_path(run.options, run.config.history)
    try:
        seen = directories(lines(path)) if lexists(path) else ()
        return [each for each in seen if each.tenant in tenants]
    except (RunFailed, OSError) as error:
        note(f"warning: the journal cannot be read: {error}")
        return ()
