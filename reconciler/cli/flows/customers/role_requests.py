"""Requests for roles in a checkup, from the verdicts that earlier runs recorded."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from reconciler.cli import state
from reconciler.core.access.role_requests import KnownAccess, with_role_requests
from reconciler.core.errors import RunFailed

if TYPE_CHECKING:
    from reconciler.cli.run import Run
    from reconciler.core.doctor.checkup import Checkup
    from reconciler.core.links import Wanted


def with_recorded_access(run: Run, checkup: Checkup) -> Checkup:
    """The checkup with requests for roles; unchanged if the history cannot be read."""
    try:
        with closing(state.open_history_of(run)) as history:
            links, covers = history.access_as_of(), history.covers()
    except RunFailed:
        return checkup
    only = frozenset(run.options.only or ())
    covering = {want.place.key: _selected(want, only) for want in run.selection.wanted}
    known = KnownAccess(links, covers, covering, run.config.tenants)
    return with_role_requests(checkup, known, run.config.identities)


def _selected(want: Wanted, only: frozenset[str]) -> tuple[str, ...]:
    """The customers that a link covers: those that `--only` names, or all if it names none."""
    return tuple(name for name in want.covers if name in only) or want.covers
