"""What lasts of a run? What it saw of each link, what it wrote, and how nights add up to a life.

A link's life is a row of periods: an unbroken stretch in which every run that looked saw the same.
A run that sees the same makes the last period longer; another sight begins a new one. So a night in
which nothing happens costs no row, and what was true at any moment can still be said.

Values and decisions only. `store.history` keeps them; a run's links are named as in the file.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from reconciler.core.identities import SecretRef
from reconciler.core.links import Action, ObservedState
from reconciler.core.results import Outcome

Key = tuple[str, str]
"""A link as the file names it: (tenant, identity)."""


@dataclass(frozen=True, slots=True)
class HistorySource:
    """Where the history of a file is kept.

    url      of a shared database, by reference; None means SQLite in the state directory
    name     which of several histories in a shared database this is
    file_id  the `id:` of the file, which names its files in the state directory; or None
    """

    url: SecretRef | None = None
    name: str = ""
    file_id: str | None = None


class Health(StrEnum):
    """How a link stands, in the words of a report."""

    IN_SYNC = "in_sync"
    DRIFT = "drift"
    UNREADABLE = "unreadable"
    LEFT_ALONE = "left_alone"


@dataclass(frozen=True, slots=True)
class Observation:
    """What one run saw of one link.

    at                 when it was read, UTC
    action             what the difference asked for; NONE once a change has converged
    state              None where nobody looks (attested)
    wanted_partner_id  None where no link is wanted
    partner_id         None unless linked; partner_name, version and updated_at are Azure's
    problem            the stable code of why it could not be read; message is for people
    run                the run that saw it, once it was recorded
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

    @property
    def key(self) -> Key:
        """The link's name in the file."""
        return self.tenant, self.identity

    @property
    def health(self) -> Health:
        """How the link stands."""
        return health(self.action)

    @property
    def is_read(self) -> bool:
        """Whether Azure answered."""
        return self.state in (ObservedState.LINKED, ObservedState.NOT_LINKED)

    def shows_the_same(self, other: "Observation") -> bool:
        """Whether both sights are of one period: equal in all but the time and the wording."""
        return replace(self, at=other.at) == other


@dataclass(frozen=True, slots=True)
class Period:
    """An unbroken stretch in which every run that looked saw the same of a link.

    sight            the first of them
    last_at          the time of the last of them
    standing_since   since when it stands so, though its cause or details may have changed
    read_at          when Azure last answered for this link, in this period or before it; or None
    read_partner_id  what that answer was: the partner ID, or None for no link
    linked_since     the first run that saw it carry that ID without another answer in between
    """

    observation: Observation
    last_at: datetime
    standing_since: datetime
    read_at: datetime | None
    read_partner_id: str | None
    linked_since: datetime | None

    @property
    def first_at(self) -> datetime:
        """The time of the first sight."""
        return self.observation.at

    @property
    def health(self) -> Health:
        """How the link stands."""
        return self.observation.health


@dataclass(frozen=True, slots=True)
class Write:
    """One change that a run tried, and what became of it.

    at       the end of the run that made it, or the time in the journal
    before   the partner ID that the link carried, and after the one it was to carry; None: no link
    outcome  None where a crash cut it short and nobody knows
    run      the run that tried it, once it was recorded
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
    """What is known of one link, oldest first."""

    tenant: str
    identity: str
    periods: tuple[Period, ...]
    writes: tuple[Write, ...]


_STANDINGS = {
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
    """How a link stands for which the difference asks this."""
    return _STANDINGS[action]


def count_health(observations: Iterable[Observation]) -> dict[Health, int]:
    """How many links stand how: every standing, in a fixed order."""
    counts = Counter(observation.health for observation in observations)
    return {each: counts[each] for each in Health}


def timeline(periods: Iterable[Period], writes: Iterable[Write]) -> tuple[Period | Write, ...]:
    """All that happened, oldest first; a write stands before what was seen after it."""
    happened: list[tuple[datetime, bool, Period | Write]] = [
        *((period.first_at, True, period) for period in periods),
        *((write.at, False, write) for write in writes),
    ]
    happened.sort(key=lambda each: each[:2])
    return tuple(each for *_, each in happened)


def follow(before: Period | None, observation: Observation) -> Period:
    """The period that a link is in after this sight: the one before, made longer, or a new one.

    A sight that is older than what is already known (two runs at once) is a period of its own.
    """
    if before is None or observation.at < before.last_at:
        return Period(observation, observation.at, observation.at, *_known(None, observation))
    if observation.shows_the_same(before.observation):
        read_at = observation.at if observation.is_read else before.read_at
        return replace(before, last_at=observation.at, read_at=read_at)
    since = before.standing_since if observation.health is before.health else observation.at
    return Period(observation, observation.at, since, *_known(before, observation))


def periods_of(observations: Sequence[Observation]) -> tuple[Period, ...]:
    """The life that these sights of one link, oldest first, add up to."""
    periods: list[Period] = []
    for observation in observations:
        last = periods[-1] if periods else None
        now = follow(last, observation)
        if last and now.first_at == last.first_at:
            periods[-1] = now
        else:
            periods.append(now)
    return tuple(periods)


def _known(
    before: Period | None, observation: Observation
) -> tuple[datetime | None, str | None, datetime | None]:
    """What Azure last answered of the link: when, which partner ID, and since when that one."""
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
