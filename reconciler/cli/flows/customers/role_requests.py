"""Requests for roles in a checkup, from the verdicts that earlier runs recorded."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from reconciler.cli import state
from reconciler.core.access.role_requests import with_role_requests
from reconciler.core.errors import RunFailed

if TYPE_CHECKING:
    from reconciler.cli.run import Run
    from reconciler.core.doctor.checkup import Checkup


def with_recorded_access(run: Run, checkup: Checkup) -> Checkup:
    """The checkup with requests for roles; unchanged if the history cannot be read."""
    try:
        with closing(state.open_history_of(run)) as history:
            access = history.access_as_of()
    except RunFailed:
        return checkup
    return with_role_requests(checkup, access, run.config.identities)
