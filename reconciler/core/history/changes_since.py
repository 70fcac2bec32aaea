"""What is new since a moment? Two states of the same links compared, and nights counted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from reconciler.core.findings import Finding
from reconciler.core.history.link_history import Health, Key, Observation, Period
from reconciler.core.history.recording import RecordedRun

SEVERAL = 2
"""From so many nights on, an unreadable link is a finding."""


class ChangeKind(StrEnum):
    """What a link's news is, in the order in which somebody wants to read it."""

    NEW_DRIFT = "new_drift"
    NEWLY_UNREADABLE = "newly_unreadable"
    STILL_UNREADABLE = "still_unreadable"
    STILL_DRIFT = "still_drift"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class LinkChange:
    """The news of one link.

    sight   what is seen of it now
    since   since when it stands so
    nights  how many nights that is, this one among them
    """

    word: ChangeKind
    observation: Observation
    since: datetime
    nights: int


@dataclass(frozen=True, slots=True)
class ChangesSince:
    """All news since a moment, in the file's order.

    since    the moment that was asked for
    is_known whether anything was recorded before it: else all is compared with nothing
    """

    since: datetime
    is_known: bool
    items: tuple[LinkChange, ...]

    def of(self, word: ChangeKind) -> tuple[LinkChange, ...]:
        """The items with this word."""
        return tuple(item for item in self.items if item.word is word)


def changes_since(
    since: datetime,
    before: Mapping[Key, Period],
    latest: Mapping[Key, Period],
    now: Iterable[Observation],
) -> ChangesSince:
    """Compare what is seen now with what was known at a moment.

    before  each link's period at that moment
    latest  each link's newest period; it may have this run in it already, or not
    """
    items = (_item(since, before.get(s.key), latest.get(s.key), s) for s in now)
    return ChangesSince(since, bool(before), tuple(item for item in items if item))


def _item(
    since: datetime, before: Period | None, latest: Period | None, observation: Observation
) -> LinkChange | None:
    stands = latest and latest.health is observation.health
    stands_since = latest.standing_since if latest and stands else observation.at
    word = _word(before, observation.health, is_new=stands_since > since)
    nights = count_nights(stands_since, observation.at)
    return LinkChange(word, observation, stands_since, nights) if word else None


def _word(before: Period | None, now: Health, *, is_new: bool) -> ChangeKind | None:
    if now is Health.UNREADABLE:
        return ChangeKind.NEWLY_UNREADABLE if is_new else ChangeKind.STILL_UNREADABLE
    if now is Health.DRIFT:
        return ChangeKind.NEW_DRIFT if is_new else ChangeKind.STILL_DRIFT
    was_bad = before is not None and before.health in (Health.DRIFT, Health.UNREADABLE)
    return ChangeKind.RECOVERED if now is Health.IN_SYNC and was_bad else None


def count_nights(first: datetime, last: datetime) -> int:
    """How many nights there are from one moment to another, both of theirs counted.

    A night is a date in UTC: several runs on one day are one night, and a night without a run
    counts, because nobody knows better of it.
    """
    return (last.astimezone(UTC).date() - first.astimezone(UTC).date()).days + 1


def unreadable_findings(
    latest: Mapping[Key, Period], observations: Iterable[Observation]
) -> Iterator[Finding]:
    """The links that nobody could read for several nights, this one among them.

    latest  each link's newest period before these sights
    """
    for observation in observations:
        period = latest.get(observation.key)
        if observation.health is not Health.UNREADABLE or period is None:
            continue
        if period.health is not Health.UNREADABLE:
            continue
        nights = count_nights(period.standing_since, observation.at)
        if nights >= SEVERAL:
            yield Finding(
                "unreadable_for_nights",
                f"unreadable for {nights} nights, since {period.standing_since.date()}",
                "whether the link is still there is not known: mend what the link says; if it can "
                "never be read again, have somebody look and list it as attested:",
                observation.tenant,
                observation.identity,
            )


def last_night(now: datetime) -> datetime:
    """The moment up to which last night's news counts as known: the latest noon of that clock.

    As astronomers do, a night goes from noon to noon. So the nightly run at 02:00 compares with
    the night before, and whoever asks again at 09:00 gets the same news, and not none.
    """
    noon = datetime.combine(now.date(), time(12), now.tzinfo)
    return noon if noon <= now else noon - timedelta(days=1)


def nightly(runs: Sequence[RecordedRun]) -> tuple[RecordedRun, ...]:
    """The last whole run of each date (UTC), oldest first: the points of a chart of the nights."""
    by_date = {run.at.astimezone(UTC).date(): run for run in runs if run.is_whole}
    return tuple(by_date[date] for date in sorted(by_date))
