"""Link history: the periods and the writes of each link.

A period is a time in which every run observed the same of a link. Another run that observes the
same extends the last period; a different observation begins a new one. So a run without changes
needs no new row, and the state at any time is still known.

`store.history` saves these values. Links are named as in the file.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from reconciler.core.access.values import Access
from reconciler.core.history.access_history import RecordedAccess
from reconciler.core.identities import SecretRef
from reconciler.core.links import Action, ObservedState
from reconciler.core.results import Outcome

Key = tuple[str, str]
"""A link as the file names it: (tenant, identity)."""


@dataclass(frozen=True, slots=True)
class HistorySource:
    """Where the history of a file is kept.

    url      of a shared database, by reference; None means SQLite in the state directory
    name     the name of this history in a shared database
    file_id  the `id:` of the file, which names its files in the state directory; or None
    """

    url: SecretRef | None = None
    name: str = ""
    file_id: str | None = None


class Health(StrEnum):
    """The state of a link compared with the file."""

    IN_SYNC = "in_sync"
    DRIFT = "drift"
    UNREADABLE = "unreadable"
    LEFT_ALONE = "left_alone"


@dataclass(frozen=True, slots=True)
class Observation:
    """What one run observed of one link.

    at                 when it was read, UTC
    action             of the diff; NONE after a change that converged
    state              None for a link that is not read (attested)
    wanted_partner_id  None if no link is wanted
    partner_id         None unless linked; partner_name, version and updated_at are Azure's
    problem            the stable code of why it could not be read; message is for people
    run                the ID of the run, once it is recorded
    access             what the access check found; None if it was not made. Not part of a period
    """

    at: datetime
    tenant: str
    identity: str
    action: Action
    state: ObservedState | None
    wanted_partner_id: str | None = None
    tenant_id: str | None = None
    object_id: str | None = None
    partner_id: str | None = None
    partner_name: str | None = None
    version: int | None = None
    updated_at: str | None = None
    problem: str | None = None
    message: str | None = field(default=None, compare=False)
    run: str = field(default="", compare=False)
    access: Access | None = field(default=None, compare=False)

    @property
    def key(self) -> Key:
        """The link's name in the file."""
        return self.tenant, self.identity

    @property
    def health(self) -> Health:
        """The health of the link."""
        return health(self.action)

    @property
    def is_read(self) -> bool:
        """Whether Azure answered."""
        return self.state in (ObservedState.LINKED, ObservedState.NOT_LINKED)

    def shows_the_same(self, other: "Observation") -> bool:
        """Whether both belong to one period: equal except for the time and the message."""
        return replace(self, at=other.at) == other


@dataclass(frozen=True, slots=True)
class Period:
    """A time in which every run observed the same of a link.

    observation      the first one
    last_at          the time of the last one
    standing_since   when the link got its health, even if details have changed since
    read_at          when Azure last answered for this link, in this period or before; or None
    read_partner_id  the partner ID in that answer; None for no link
    linked_since     the first observation of that ID without another answer since
    """

    observation: Observation
    last_at: datetime
    standing_since: datetime
    read_at: datetime | None
    read_partner_id: str | None
    linked_since: datetime | None

    @property
    def first_at(self) -> datetime:
        """The time of the first observation."""
        return self.observation.at

    @property
    def health(self) -> Health:
        """The health of the link."""
        return self.observation.health


@dataclass(frozen=True, slots=True)
class Write:
    """A change that a run tried, with its outcome.

    at       the end of the run, or the time in the journal
    before   the partner ID before the change; None for no link
    after    the partner ID that was wanted; None for no link
    outcome  None if a crash ended the run and the outcome is unknown
    run      the ID of the run, once it is recorded
    """

    at: datetime
    tenant: str
    identity: str
    action: Action
    before: str | None
    after: str | None
    outcome: Outcome | None
    tenant_id: str | None = None
    object_id: str | None = None
    problem: str | None = None
    correlation_id: str | None = None
    run: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        """The link's name in the file."""
        return self.tenant, self.identity


@dataclass(frozen=True, slots=True)
class LinkHistory:
    """The periods and writes of one link, oldest first.

    access  the last verdict about its principal's roles; None if they were never checked
    """

    tenant: str
    identity: str
    periods: tuple[Period, ...]
    writes: tuple[Write, ...]
    access: RecordedAccess | None = None


_HEALTH = {
    Action.NONE: Health.IN_SYNC,
    Action.CREATE: Health.DRIFT,
    Action.UPDATE: Health.DRIFT,
    Action.REMOVE: Health.DRIFT,
    Action.CONFLICT: Health.DRIFT,
    Action.UNKNOWN: Health.UNREADABLE,
    Action.HELD: Health.LEFT_ALONE,
    Action.ATTESTED: Health.LEFT_ALONE,
    Action.UNMANAGED: Health.LEFT_ALONE,
}


def health(action: Action) -> Health:
    """The health of a link with this action."""
    return _HEALTH[action]


def count_health(observations: Iterable[Observation]) -> dict[Health, int]:
    """The number of links with each health, in a fixed order."""
    counts = Counter(observation.health for observation in observations)
    return {each: counts[each] for each in Health}


def timeline(periods: Iterable[Period], writes: Iterable[Write]) -> tuple[Period | Write, ...]:
    """Periods and writes, oldest first. A write comes before the observation after it."""
    entries: list[tuple[datetime, bool, Period | Write]] = [
        *((period.first_at, True, period) for period in periods),
        *((write.at, False, write) for write in writes),
    ]
    entries.sort(key=lambda each: each[:2])
    return tuple(each for *_, each in entries)


def next_period(before: Period | None, observation: Observation) -> Period:
    """The period of a link after this observation: the last one extended, or a new one.

    An observation that is older than the last one (of two runs at once) gets its own period.
    """
    if before is None or observation.at < before.last_at:
        return Period(observation, observation.at, observation.at, *_last_answer(None, observation))
    if observation.shows_the_same(before.observation):
        read_at = observation.at if observation.is_read else before.read_at
        return replace(before, last_at=observation.at, read_at=read_at)
    since = before.standing_since if observation.health is before.health else observation.at
    return Period(observation, observation.at, since, *_last_answer(before, observation))


def _last_answer(
    before: Period | None, observation: Observation
) -> tuple[datetime | None, str | None, datetime | None]:
    """Azure's last answer for the link: when, which partner ID, and since when."""
    if not observation.is_read:
        if before is None:
            return None, None, None
        return before.read_at, before.read_partner_id, before.linked_since
    if observation.partner_id is None:
        return observation.at, None, None
    is_same = before is not None and before.read_partner_id == observation.partner_id
    return (
        observation.at,
        observation.partner_id,
        before.linked_since if before and is_same else observation.at,
    )
