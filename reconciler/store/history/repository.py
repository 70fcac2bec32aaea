"""The repository of the history: records runs, and reads what they observed and wrote.

Links are named by (tenant, identity), as in the file. All times are UTC. Every method raises
`RunFailed`. The history is optional: a run that cannot be recorded warns and continues.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Select, Subquery, func, select

from reconciler.core.customers.directories import DIRECTORY_CHANGED, SeenDirectory
from reconciler.core.history.access_history import RecordedAccess, RecordedCover
from reconciler.core.history.customer_history import CustomerEvent, KnownCustomer, customer_events
from reconciler.core.history.link_history import Key, LinkHistory, Period, Write
from reconciler.core.history.recording import NIGHTLY, RecordedRun, Recording
from reconciler.store.history import writer
from reconciler.store.history.access_verdicts import last_covers, last_verdict, verdicts_as_of
from reconciler.store.history.customers import customers_by_source, known_customers
from reconciler.store.history.database import Database, open_file
from reconciler.store.history.database import open_shared as database_at
from reconciler.store.history.mapping import MOST_NAMED, period_of, run_of, write_of
from reconciler.store.history.schema import prepare
from reconciler.store.history.tables import (
    allowed_guards,
    links,
    periods,
    refused_guards,
    runs,
    writes,
)

DAY = timedelta(days=1)
"""A run from a journal is dated by its start, and its writes are later."""

OWN = "own"
"""The name of the only history in a file of this machine."""


class HistoryRepository:
    """The open history of one tenants.yaml.

    name  its name in the database
    """

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name

    def record(self, recording: Recording) -> None:
        """Record a run, whole or not at all."""
        with self._database.writing() as connection:
            writer.record(connection, self._name, recording)

    def restore(self, recordings: Sequence[Recording]) -> int:
        """Record the runs that are missing. Returns how many those are."""
        with self._database.writing() as connection:
            query = select(runs.c.id).where(runs.c.history == self._name)
            known = set(connection.scalars(query))
            missing = [each for each in recordings if each.run.id not in known]
            for recording in missing:
                writer.record(connection, self._name, recording)
        return len(missing)

    def runs(self, since: datetime | None = None) -> tuple[RecordedRun, ...]:
        """The runs since a time, or all, oldest first."""
        query = select(runs).where(runs.c.history == self._name).order_by(runs.c.at, runs.c.id)
        if since:
            query = query.where(runs.c.at >= since)
        with self._database.reading() as connection:
            return tuple(map(run_of, connection.execute(query)))

    def refused(self, run_id: str) -> tuple[str, ...]:
        """The guards that refused a run, as they were recorded."""
        query = select(refused_guards.c.guard).where(refused_guards.c.run_id == run_id)
        with self._database.reading() as connection:
            return tuple(connection.scalars(query.order_by(refused_guards.c.id)))

    def latest(self) -> dict[Key, Period]:
        """Each link's newest period."""
        return self._by_link(_periods(self._name).where(periods.c.is_current))

    def as_of(self, moment: datetime) -> dict[Key, Period]:
        """Each link's period at a time, without links that had not been read yet."""
        newest = _newest_until(moment)
        is_newest = (periods.c.link_id == newest.c.link_id) & (periods.c.at == newest.c.at)
        return self._by_link(_periods(self._name).join(newest, is_newest))

    def access_as_of(self, moment: datetime | None = None) -> dict[Key, RecordedAccess]:
        """Each link's last verdict at a time that says whether a role counts; None: up to now."""
        with self._database.reading() as connection:
            return verdicts_as_of(connection, self._name, moment)

    def covers(self) -> dict[tuple[Key, str], RecordedCover]:
        """The last verdict about each covered customer that says whether a role counts.

        By the link that covers the customer, and the customer's name.
        """
        with self._database.reading() as connection:
            return last_covers(connection, self._name)

    def customers(self, source: str) -> tuple[KnownCustomer, ...]:
        """Every customer that a list of this source had, also those that have left it."""
        with self._database.reading() as connection:
            return known_customers(connection, self._name, source)

    def customer_events(self, since: datetime | None = None) -> tuple[CustomerEvent, ...]:
        """The customers that came into a list of our customers or left it, oldest first."""
        with self._database.reading() as connection:
            by_source = customers_by_source(connection, self._name)
        found = [each for known in by_source.values() for each in customer_events(known)]
        found = [each for each in found if since is None or each.at >= since]
        return tuple(sorted(found, key=lambda each: each.at))

    def link_history(self, tenant: str, identity: str) -> LinkHistory:
        """The periods and writes of one link; empty for an unknown link."""
        is_it = (links.c.tenant == tenant) & (links.c.identity == identity)
        with self._database.reading() as connection:
            seen = connection.execute(_periods(self._name).where(is_it))
            found = tuple(map(period_of, seen))
            written = connection.execute(_writes(self._name).where(is_it))
            access = last_verdict(connection, is_it & (links.c.history == self._name))
            return LinkHistory(tenant, identity, found, tuple(map(write_of, written)), access)

    def periods(self, since: datetime | None = None) -> tuple[Period, ...]:
        """The periods that began since a time, or all, oldest first."""
        query = _periods(self._name)
        with self._database.reading() as connection:
            found = connection.execute(query.where(periods.c.at >= since) if since else query)
            return tuple(map(period_of, found))

    def periods_from(self, moment: datetime) -> tuple[Period, ...]:
        """Each link's periods from the one at a time on, and always its newest, oldest first."""
        newest = _newest_until(moment)
        is_later = (periods.c.at > moment) | (periods.c.at == newest.c.at) | periods.c.is_current
        query = _periods(self._name).outerjoin(newest, periods.c.link_id == newest.c.link_id)
        with self._database.reading() as connection:
            return tuple(map(period_of, connection.execute(query.where(is_later))))

    def writes(self, since: datetime | None = None) -> tuple[Write, ...]:
        """The writes since a time, or all, oldest first."""
        query = _writes(self._name)
        with self._database.reading() as connection:
            found = connection.execute(query.where(writes.c.at >= since) if since else query)
            return tuple(map(write_of, found))

    def unattended(self, since: datetime) -> tuple[Recording, ...]:
        """The unattended runs with writes since a time, without observations, oldest first."""
        wrote: dict[str, list[Write]] = {}
        for write in self.writes(since):
            wrote.setdefault(write.run, []).append(write)
        allowed: dict[str, list[str]] = {}
        is_one = (runs.c.history == self._name) & (runs.c.command == NIGHTLY)
        with self._database.reading() as connection:
            query = select(runs).where(is_one, runs.c.at >= since - DAY).order_by(runs.c.at)
            found = tuple(map(run_of, connection.execute(query)))
            guards = select(allowed_guards).where(
                allowed_guards.c.run_id.in_([run.id for run in found])
            )
            for row in connection.execute(guards.order_by(allowed_guards.c.id)):
                allowed.setdefault(row.run_id, []).append(row.guard)
        return tuple(
            Recording(run, (), tuple(wrote.get(run.id, ())), tuple(allowed.get(run.id, ())))
            for run in found
        )

    def directories(self, tenants: Collection[str]) -> tuple[SeenDirectory, ...]:
        """The directories of these tenants' links, and when each was last observed.

        A directory that a domain had moved to is left out: it may be another tenant's.
        """
        query = (
            select(links.c.tenant, periods.c.tenant_id, func.max(periods.c.last_at).label("at"))
            .join(links)
            .where(
                links.c.history == self._name,
                periods.c.tenant_id.is_not(None),
                func.coalesce(periods.c.problem, "") != DIRECTORY_CHANGED,
            )
            .group_by(links.c.tenant, periods.c.tenant_id)
        )
        if len(tenants) <= MOST_NAMED:
            query = query.where(links.c.tenant.in_(tenants))
        with self._database.reading() as connection:
            return tuple(
                SeenDirectory(row.at, row.tenant, row.tenant_id)
                for row in connection.execute(query)
                if row.tenant in tenants
            )

    def links(self) -> tuple[Key, ...]:
        """All links that were ever recorded, whether or not the file still lists them."""
        query = select(links).where(links.c.history == self._name)
        query = query.order_by(links.c.tenant, links.c.identity)
        with self._database.reading() as connection:
            return tuple((row.tenant, row.identity) for row in connection.execute(query))

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _by_link(self, query: Select[tuple[object, ...]]) -> dict[Key, Period]:
        with self._database.reading() as connection:
            found = map(period_of, connection.execute(query))
            return {period.observation.key: period for period in found}


def open_own(path: Path) -> HistoryRepository:
    """The history in a file of this machine, created or migrated if necessary."""
    database = open_file(path)
    prepare(database)
    return HistoryRepository(database, OWN)


def open_shared(url: str, name: str) -> HistoryRepository:
    """A history in a shared database, whose schema must be the newest."""
    database = database_at(url)
    prepare(database)
    return HistoryRepository(database, name)


def _periods(history: str) -> Select[tuple[object, ...]]:
    return (
        select(periods, links.c.tenant, links.c.identity)
        .select_from(periods)
        .join(links)
        .where(links.c.history == history)
        .order_by(periods.c.at, periods.c.id)
    )


def _newest_until(moment: datetime) -> Subquery:
    """The link and the beginning of each link's newest period at a time."""
    return (
        select(periods.c.link_id, func.max(periods.c.at).label("at"))
        .where(periods.c.at <= moment)
        .group_by(periods.c.link_id)
        .subquery()
    )


def _writes(history: str) -> Select[tuple[object, ...]]:
    return (
        select(writes, links.c.tenant, links.c.identity)
        .join(links)
        .where(links.c.history == history)
        .order_by(writes.c.at, writes.c.id)
    )
