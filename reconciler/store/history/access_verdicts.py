"""Access verdicts in the history: a row for each time in which every check found the same.

`verdicts` has those about links, `covered_verdicts` those about the customers that links cover.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    bindparam,
    func,
    insert,
    select,
    update,
)

from reconciler.core.access.values import AccessReason, AccessVerdict
from reconciler.core.history.access_history import (
    DECIDED,
    RecordedAccess,
    RecordedCover,
    recorded,
    recorded_covers,
)
from reconciler.core.history.link_history import Key, Observation
from reconciler.core.redaction.redactor import redact
from reconciler.store.history.mapping import MOST_NAMED, Values
from reconciler.store.history.tables import covered_verdicts, links, verdicts

_MOST_SUBSCRIPTIONS = 50
"""The number of subscriptions that are kept with a verdict."""

_SubjectKey = tuple[Any, ...]


def record_verdicts(
    connection: Connection,
    run_id: str,
    observations: Sequence[Observation],
    ids: Mapping[Key, int],
) -> None:
    """Record the verdicts of a run: the last one of a link is extended, or a new one begins."""
    checked = [(each, each.access) for each in observations if each.access]
    found = {(ids[each.key],): recorded(access, each.at) for each, access in checked}
    covered = {
        (ids[each.key], cover.customer, cover.tenant_id): cover.access
        for each, access in checked
        for cover in recorded_covers(*each.key, access, each.at)
    }
    _record(connection, run_id, _LINKS, found)
    _record(connection, run_id, _COVERED, covered)


@dataclass(frozen=True, slots=True)
class _Subjects:
    """What the verdicts of a table are about: the columns that name it."""

    table: Table
    columns: tuple[str, ...]

    def key(self, row: Row[Any]) -> _SubjectKey:
        return tuple(row._mapping[name] for name in self.columns)

    def newest(self, link_ids: Collection[int]) -> Select[Any]:
        """The newest row of each; of all links if there are many."""
        columns = self.table.c
        newest = select(func.max(columns.id)).group_by(*(columns[name] for name in self.columns))
        if len(link_ids) <= MOST_NAMED:
            newest = newest.where(columns.link_id.in_(link_ids))
        return select(self.table).where(columns.id.in_(newest))


_LINKS = _Subjects(verdicts, ("link_id",))
_COVERED = _Subjects(covered_verdicts, ("link_id", "customer", "tenant_id"))


def _record(
    connection: Connection,
    run_id: str,
    subjects: _Subjects,
    found: Mapping[_SubjectKey, RecordedAccess],
) -> None:
    if not found:
        return
    rows = connection.execute(subjects.newest({key[0] for key in found}))
    last = {subjects.key(row): row for row in rows}
    longer: list[Values] = []
    new: list[Values] = []
    for key, access in found.items():
        # Names of roles are text from Azure: secrets in them are hidden.
        access = replace(access, message=redact(access.message))
        row = last.get(key)
        if row is not None and access_of_row(row).shows_the_same(access):
            known = {"last_at": access.last_at, "subscriptions": _joined(access)}
            longer.append({"row": row.id, **known})
        else:
            subject = dict(zip(subjects.columns, key, strict=True))
            new.append({**subject, "run_id": run_id, **_values(access)})
    this_row: Any = subjects.table.c.id == bindparam("row")
    if longer:
        connection.execute(update(subjects.table).where(this_row), longer)
    if new:
        connection.execute(insert(subjects.table), new)


def verdicts_as_of(
    connection: Connection, history: str, moment: datetime | None
) -> dict[Key, RecordedAccess]:
    """Each link's last verdict at a time that says whether a role counts; None: up to now."""
    query = (
        select(verdicts, links.c.tenant, links.c.identity)
        .join(links)
        .where(links.c.history == history, verdicts.c.verdict.in_([v.value for v in DECIDED]))
        .order_by(verdicts.c.at, verdicts.c.id)
    )
    if moment:
        query = query.where(verdicts.c.at <= moment)
    return {(row.tenant, row.identity): access_of_row(row) for row in connection.execute(query)}


def last_covers(connection: Connection, history: str) -> dict[tuple[Key, str], RecordedCover]:
    """The last verdict about each covered customer that says whether a role counts.

    By the link that covers the customer, and the customer's name.
    """
    query = (
        select(covered_verdicts, links.c.tenant, links.c.identity)
        .join(links)
        .where(links.c.history == history)
        .where(covered_verdicts.c.verdict.in_([v.value for v in DECIDED]))
        .order_by(covered_verdicts.c.last_at, covered_verdicts.c.id)
    )
    return {
        ((row.tenant, row.identity), row.customer): RecordedCover(
            row.tenant, row.identity, row.customer, row.tenant_id, access_of_row(row)
        )
        for row in connection.execute(query)
    }


def last_verdict(connection: Connection, is_link: ColumnElement[bool]) -> RecordedAccess | None:
    """The last verdict about one link, whatever it is; None without one."""
    query = select(verdicts).join(links).where(is_link).order_by(verdicts.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    return access_of_row(row) if row else None


def access_of_row(row: Row[Any]) -> RecordedAccess:
    """A row of `verdicts` as a value."""
    return RecordedAccess(
        row.at,
        row.last_at,
        AccessVerdict(row.verdict),
        AccessReason(row.reason),
        row.message,
        row.until,
        tuple((row.subscriptions or "").split()),
    )


def _joined(access: RecordedAccess) -> str:
    return " ".join(access.own[:_MOST_SUBSCRIPTIONS])


def _values(access: RecordedAccess) -> Values:
    return {
        "at": access.at,
        "last_at": access.last_at,
        "verdict": access.verdict.value,
        "reason": access.reason.value,
        "message": access.message,
        "until": access.until,
        "subscriptions": _joined(access),
    }
