"""Writing of a run to the history, in one transaction: all of it, or nothing.

An observation that equals the last one needs no new row: the last period is extended.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, insert, select, update

from reconciler.core.history.link_history import Key, Observation, Period, next_period
from reconciler.core.history.recording import Recording
from reconciler.store.history.access_verdicts import record_verdicts
from reconciler.store.history.customers import record_customers
from reconciler.store.history.mapping import (
    MOST_NAMED,
    Values,
    period_of,
    period_row,
    run_row,
    write_row,
)
from reconciler.store.history.tables import (
    allowed_guards,
    links,
    periods,
    refused_guards,
    runs,
    writes,
)

PORTION = 1000
"""Links that are written together. The rows of a link take 2 KB until they are written."""

Current = Mapping[Key, tuple[int, Period]]
"""The newest period of each link, with the ID of its row."""


def record(connection: Connection, history: str, recording: Recording) -> None:
    """Write a run with its observations and writes. A known run ID is refused."""
    run = recording.run
    connection.execute(insert(runs), run_row(run, history))
    seen = (observation.key for observation in recording.observations)
    keys = list(dict.fromkeys((*seen, *(write.key for write in recording.writes))))
    ids = link_ids(connection, history, keys)
    before = current(connection, history, keys)
    for start in range(0, len(recording.observations), PORTION):
        portion = recording.observations[start : start + PORTION]
        _record_observations(connection, run.id, portion, ids, before)
    record_verdicts(connection, run.id, recording.observations, ids)
    if recording.customers:
        record_customers(connection, history, run.id, run.at, recording.customers)
    if recording.writes:
        rows = [write_row(write, ids[write.key], run.id) for write in recording.writes]
        connection.execute(insert(writes), rows)
    for table, guards in (allowed_guards, recording.allowed), (refused_guards, recording.refused):
        if guards:
            rows = [{"run_id": run.id, "guard": guard} for guard in guards]
            connection.execute(insert(table), rows)


def current(
    connection: Connection, history: str, keys: Sequence[Key]
) -> dict[Key, tuple[int, Period]]:
    """The newest period of at least these links."""
    query = (
        select(periods, links.c.tenant, links.c.identity)
        .join(links)
        .where(_at_least(history, keys), periods.c.is_current)
    )
    return {
        (row.tenant, row.identity): (row.id, period_of(row)) for row in connection.execute(query)
    }


def link_ids(connection: Connection, history: str, keys: Sequence[Key]) -> dict[Key, int]:
    """The row ID of each link; new links are inserted."""
    query = select(links).where(_at_least(history, keys))

    def known() -> dict[Key, int]:
        return {(row.tenant, row.identity): row.id for row in connection.execute(query)}

    ids = known()
    new = [
        {"history": history, "tenant": tenant, "identity": identity}
        for tenant, identity in keys
        if (tenant, identity) not in ids
    ]
    if not new:
        return ids
    connection.execute(insert(links), new)
    return known()


def _at_least(history: str, keys: Sequence[Key]) -> ColumnElement[bool]:
    """A condition that at least these links meet.

    It names a few links, so that a run over one customer does not read the history of all: for
    5,000 links that takes 3 ms instead of 230. Many names would be too many parameters.
    """
    condition = links.c.history == history
    if len(keys) > MOST_NAMED:
        return condition
    return condition & links.c.tenant.in_({tenant for tenant, _ in keys})


def _record_observations(
    connection: Connection,
    run_id: str,
    observations: Sequence[Observation],
    ids: Mapping[Key, int],
    before: Current,
) -> None:
    longer: list[Values] = []
    ended: list[int] = []
    new: list[Values] = []
    for observation in observations:
        row_id, last = before.get(observation.key, (None, None))
        now = next_period(last, observation)
        if last is not None and now.observation is last.observation:
            longer.append({"row": row_id, "last_at": now.last_at, "read_at": now.read_at})
            continue
        is_late = last is not None and observation.at < last.last_at
        if row_id is not None and not is_late:
            ended.append(row_id)
        new.append(period_row(now, ids[observation.key], run_id, is_current=not is_late))
    this_row: Any = periods.c.id == bindparam("row")
    if longer:
        connection.execute(update(periods).where(this_row), longer)
    if ended:
        end = update(periods).where(this_row).values(is_current=False)
        connection.execute(end, [{"row": row_id} for row_id in ended])
    if new:
        connection.execute(insert(periods), new)
