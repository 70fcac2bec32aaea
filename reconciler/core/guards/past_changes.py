"""Changes of earlier unattended runs, which the guards of unattended runs count.

The caller reads the journal and the shared history.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from reconciler.core.history.link_history import Write
from reconciler.core.history.recording import NIGHTLY, Recording
from reconciler.core.links import Action, Change
from reconciler.core.results import Outcome

DAYS = 7
"""The days that count: today and the six days before it, in UTC."""

_NOT_WRITTEN = frozenset({Outcome.ALREADY, Outcome.STALE, Outcome.SKIPPED})
"""Outcomes without a write. A failed or unverified write may have changed the link."""

Key = tuple[str, str, str]
"""A link: its principal if that is known, else its entry in the file."""


@dataclass(frozen=True, slots=True)
class PastChange:
    """A link that an earlier unattended run changed, or may have changed.

    partner_id  the ID that was written; None for a removal
    on          the day, in UTC
    allowed     the guards that the run overrode; the change does not count for them
    """

    key: Key
    action: Action
    partner_id: str | None
    on: date
    allowed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Past:
    """The changes of earlier unattended runs.

    today     the day (UTC) that the run is for
    is_known  whether an earlier run is recorded; without one the last week is unknown
    """

    changes: tuple[PastChange, ...]
    today: date
    is_known: bool = True

    @property
    def first_day(self) -> date:
        """The first of the days that count."""
        return self.today - timedelta(days=DAYS - 1)

    def recent(self, guard: str) -> Iterator[PastChange]:
        """The changes of these days that count for a guard."""
        for change in self.changes:
            if change.on >= self.first_day and guard not in change.allowed:
                yield change


def past_changes(recordings: Iterable[Recording]) -> tuple[PastChange, ...]:
    """The changes of the unattended runs among these. A write without an outcome counts."""
    return tuple(
        PastChange(
            _key_of_write(write),
            write.action,
            write.after,
            write.at.astimezone(UTC).date(),
            frozenset(recording.allowed),
        )
        for recording in recordings
        if recording.run.command == NIGHTLY
        for write in recording.writes
        if write.outcome not in _NOT_WRITTEN
    )


def key_of(change: Change) -> Key:
    """The key of a planned change, comparable with those of past changes."""
    seen = change.observed
    ids = (seen.tenant_id, seen.object_id) if seen else (None, None)
    return _key(*change.place.key, *ids)


def _key_of_write(write: Write) -> Key:
    return _key(write.tenant, write.identity, write.tenant_id, write.object_id)


def _key(tenant: str, identity: str, tenant_id: str | None, object_id: str | None) -> Key:
    if tenant_id and object_id:
        return ("principal", tenant_id, object_id)
    return ("entry", tenant, identity)
