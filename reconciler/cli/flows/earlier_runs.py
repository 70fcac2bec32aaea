"""What earlier runs recorded, for the guards and for domains: the journal and the history.

The history is optional. If it cannot be read, the run warns and continues with the journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from reconciler.cli import state
from reconciler.cli.output import warn_once
from reconciler.core.customers.directories import (
    Remembered,
    SeenDirectory,
    domains_of,
    newest,
)
from reconciler.core.diff import Principal, without_duplicates
from reconciler.core.errors import RunFailed
from reconciler.core.problems import DUPLICATE_PRINCIPAL

if TYPE_CHECKING:
    from collections.abc import Collection

    from reconciler.cli.state import RunContext
    from reconciler.core.guards.past_changes import Past
    from reconciler.core.history.link_history import Key
    from reconciler.core.history.recording import Recording
    from reconciler.core.links import Change, Observed, Place, Problem


def unattended_past(run: RunContext, today: date) -> Past:
    """What unattended runs changed before this one, on this machine and on others."""
    from reconciler.core.guards.past_changes import DAYS, Past, past_changes

    first = datetime.combine(today - timedelta(days=DAYS - 1), time(), UTC)
    recordings: tuple[Recording, ...] = ()
    try:
        recordings = _journal_runs(run)
    except RunFailed as error:
        run.log.warning("journal_not_read", message=str(error))
    shared: tuple[Recording, ...] = ()
    has_runs = False
    try:
        if state.has_history(run.options, run.config.history):
            with closing(state.open_history_of(run)) as history:
                shared = history.unattended(first)
                has_runs = bool(shared) or bool(history.runs(first - timedelta(days=DAYS)))
    except Exception as error:
        run.log.warning(
            "history_not_read",
            message=f"changes of other runs in the last week are unknown: {error}",
        )
    is_known = bool(recordings) or has_runs
    return Past(past_changes((*recordings, *shared)), today, is_known)


def recall(run: RunContext, observed: Mapping[Place, Observed]) -> Mapping[Place, Principal]:
    """The principals of the file's other entries, as earlier runs read them.

    observed  what this run read; an entry whose principal it read is not looked up
    """
    seen = {place.key for place, read in observed.items() if read.object_id}
    others = {
        key: want.place
        for want in run.config.wanted
        if want.is_read and (key := want.place.key) not in seen
    }
    if not others:
        return {}
    try:
        known = dict(_principals(run))
    except Exception as error:
        run.log.warning("history_not_read", message=f"principals of earlier runs: {error}")
        return {}
    return {
        place: known[key]
        for key, place in others.items()
        if key in known and _can_be(place, known[key])
    }


def duplicates(run: RunContext, changes: Sequence[Change]) -> dict[Place, Problem]:
    """The changes of a saved plan whose principal belongs to another entry too, as last read."""
    observed = {change.place: change.observed for change in changes if change.observed}
    settled = without_duplicates(observed, recall(run, observed))
    return {
        place: problem
        for place, seen in settled.items()
        if (problem := seen.problem) and problem.code == DUPLICATE_PRINCIPAL
    }


def _can_be(place: Place, principal: Principal) -> bool:
    """Whether the entry can still be that principal; the file may name another one by now."""
    tenant_id, object_id = principal
    is_here = place.is_named_by_domain or place.directory == tenant_id.lower()
    return is_here and place.object_id in (None, object_id)


def _principals(run: RunContext) -> Iterator[tuple[Key, Principal]]:
    """Each entry's principal, from the journal and then from the history, which is newer."""
    for recording in _journal_runs(run):
        for write in recording.writes:
            if write.tenant_id and write.object_id:
                yield write.key, (write.tenant_id, write.object_id)
    if not state.has_history(run.options, run.config.history):
        return
    with closing(state.open_history_of(run)) as history:
        for key, period in history.latest().items():
            observation = period.observation
            if observation.tenant_id and observation.object_id:
                yield key, (observation.tenant_id, observation.object_id)


def _journal_runs(run: RunContext) -> tuple[Recording, ...]:
    """The earlier runs in this file's journal; none if it does not exist yet."""
    from reconciler.store.history.from_journal import recordings

    lines = state.journal_lines(run.options, run.config.history)
    return recordings(line for line in lines if line.get("run") != run.id)


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
        warn_once(
            "directories of domains are compared with the journal only, because the "
            f"history cannot be read: {error}"
        )
        return ()


def _from_journal(run: RunContext, tenants: Collection[str]) -> Sequence[SeenDirectory]:
    from reconciler.store.history.from_journal import directories

    try:
        seen = directories(state.journal_lines(run.options, run.config.history))
        return [each for each in seen if each.tenant in tenants]
    except RunFailed as error:
        warn_once(f"the journal cannot be read: {error}")
        return ()
