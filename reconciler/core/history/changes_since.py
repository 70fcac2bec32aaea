"""Changes since an earlier time: two states of the same links compared."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType

from reconciler.core.findings import Finding
from reconciler.core.history.access_history import RecordedAccess, is_gained, is_lost
from reconciler.core.history.customer_history import CustomerEvent, CustomerEventKind
from reconciler.core.history.link_history import Health, Key, Observation, Period
from reconciler.core.history.recording import RecordedRun

UNREADABLE_DAYS = 2
"""The number of days from which an unreadable link is a finding."""


class ChangeKind(StrEnum):
    """The kind of a change, the most important first."""

    NEW_DRIFT = "new_drift"
    NEWLY_UNREADABLE = "newly_unreadable"
    STILL_UNREADABLE = "still_unreadable"
    STILL_DRIFT = "still_drift"
    RECOVERED = "recovered"
    ACCESS_LOST = "access_lost"
    ACCESS_GAINED = "access_gained"


@dataclass(frozen=True, slots=True)
class LinkChange:
    """The change of one link.

    observation  the newest one
    since        when the link got the health that it has now
    days         the number of days since then, today included
    """

    kind: ChangeKind
    observation: Observation
    since: datetime
    days: int


@dataclass(frozen=True, slots=True)
class ChangesSince:
    """All changes since a time, in the file's order.

    since     the time to compare with
    is_known  whether the history has observations from before that time
    customers the customers that came into the list of our customers, or left it
    """

    since: datetime
    is_known: bool
    items: tuple[LinkChange, ...]
    customers: tuple[CustomerEvent, ...] = ()

    def of(self, kind: ChangeKind) -> tuple[LinkChange, ...]:
        """The changes of this kind."""
        return tuple(item for item in self.items if item.kind is kind)

    def customers_of(self, kind: CustomerEventKind) -> tuple[CustomerEvent, ...]:
        """The customers to which this happened."""
        return tuple(each for each in self.customers if each.kind is kind)

    def only(self, keys: Collection[Key]) -> "ChangesSince":
        """The changes of these links."""
        return replace(self, items=tuple(i for i in self.items if i.observation.key in keys))


def changes_since(
    since: datetime,
    before: Mapping[Key, Period],
    latest: Mapping[Key, Period],
    now: Iterable[Observation],
    access: Mapping[Key, RecordedAccess] = MappingProxyType({}),
) -> ChangesSince:
    """The changes from the state at a time to the state now.

    before  each link's period at that time
    latest  each link's newest period, with or without this run
    access  each link's access at that time
    """
    items: list[LinkChange | None] = []
    for seen in now:
        items.append(_item(since, before.get(seen.key), latest.get(seen.key), seen))
        items.append(_access_item(access.get(seen.key), seen))
    return ChangesSince(since, bool(before), tuple(item for item in items if item))


def _access_item(before: RecordedAccess | None, observation: Observation) -> LinkChange | None:
    if is_lost(before, observation.access):
        return LinkChange(ChangeKind.ACCESS_LOST, observation, observation.at, 1)
    if is_gained(before, observation.access):
        return LinkChange(ChangeKind.ACCESS_GAINED, observation, observation.at, 1)
    return None


def _item(
    since: datetime, before: Period | None, latest: Period | None, observation: Observation
) -> LinkChange | None:
    same_since = standing_since(latest, observation)
    kind = _kind(before, observation.health, is_new=same_since > since)
    days = count_days(same_since, observation.at)
    return LinkChange(kind, observation, same_since, days) if kind else None


def _kind(before: Period | None, now: Health, *, is_new: bool) -> ChangeKind | None:
    if now is Health.UNREADABLE:
        return ChangeKind.NEWLY_UNREADABLE if is_new else ChangeKind.STILL_UNREADABLE
    if now is Health.DRIFT:
        return ChangeKind.NEW_DRIFT if is_new else ChangeKind.STILL_DRIFT
    was_bad = before is not None and before.health in (Health.DRIFT, Health.UNREADABLE)
    return ChangeKind.RECOVERED if now is Health.IN_SYNC and was_bad else None


def standing_since(latest: Period | None, observation: Observation) -> datetime:
    """When the link got the health that it has now.

    latest  its newest period, with or without this observation
    """
    if latest and latest.health is observation.health:
        return latest.standing_since
    return observation.at


def count_days(first: datetime, last: datetime) -> int:
    """The number of UTC dates from one time to another, both included.

    Dates without a run count too: nothing is known of them.
    """
    return (last.astimezone(UTC).date() - first.astimezone(UTC).date()).days + 1


def unreadable_findings(
    latest: Mapping[Key, Period], observations: Iterable[Observation]
) -> Iterator[Finding]:
    """A finding for each link that has been unreadable for several days.

    latest  each link's newest period before these observations
    """
    for observation in observations:
        period = latest.get(observation.key)
        if observation.health is not Health.UNREADABLE or period is None:
            continue
        if period.health is not Health.UNREADABLE:
            continue
        days = count_days(period.standing_since, observation.at)
        if days >= UNREADABLE_DAYS:
            yield Finding(
                "unreadable_for_nights",
                f"unreadable for {days} days, since {period.standing_since.date()}",
                "whether the link still exists is unknown: fix the problem that the link shows; if "
                "it can never be read again, have a person check it and list it as attested:",
                observation.tenant,
                observation.identity,
            )


def latest_noon(now: datetime) -> datetime:
    """The latest noon in the time zone of `now`: the time that `--since last-night` compares with.

    So the nightly run at 02:00 and a person at 09:00 see the same changes.
    """
    noon = datetime.combine(now.date(), time(12), now.tzinfo)
    return noon if noon <= now else noon - timedelta(days=1)


def comparison_time(now: datetime, runs: Sequence[RecordedRun]) -> datetime:
    """The time that a report compares with: the latest noon, or the last run if all are newer.

    runs  the earlier runs, without the one of the report
    """
    noon = latest_noon(now)
    earlier = [run.at for run in runs if run.standings]
    return max(earlier) if earlier and min(earlier) > noon else noon


def daily_runs(runs: Sequence[RecordedRun]) -> tuple[RecordedRun, ...]:
    """The last run of the whole file on each UTC date, oldest first."""
    by_date = {run.at.astimezone(UTC).date(): run for run in runs if run.is_whole}
    return tuple(by_date[date] for date in sorted(by_date))
