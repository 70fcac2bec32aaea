"""Access verdicts in the history: a row for each time in which every check found the same."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, insert, select, update

from reconciler.core.access.values import AccessReason, AccessVerdict
from reconciler.core.history.access_history import DECIDED, RecordedAccess, recorded
from reconciler.core.history.link_history import Key, Observation
from reconciler.core.redaction.redactor import redact
from reconciler.store.history.mapping import Values
from reconciler.store.history.tables import links, verdicts


def record_verdicts(
    connection: Connection,
    run_id: str,
    observations: Sequence[Observation],
    ids: Mapping[Key, int],
) -> None:
    """Record the verdicts of a run: the last one of a link is extended, or a new one begins."""
    checked = {
        ids[each.key]: recorded(each.access, each.at) for each in observations if each.access
    }
    if not checked:
        return
    last = {row.link_id: row for row in connection.execute(_newest(checked.keys()))}
    longer: list[Values] = []
    new: list[Values] = []
    for link_id, access in checked.items():
        row = last.get(link_id)
        if row is not None and access_of_row(row).shows_the_same(_redacted(access)):
            longer.append({"row": row.id, "last_at": access.last_at})
        else:
            new.append(_values(link_id, run_id, _redacted(access)))
    this_row: Any = verdicts.c.id == bindparam("row")
    if longer:
        connection.execute(update(verdicts).where(this_row), longer)
    if new:
        connection.execute(insert(verdicts), new)


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
    )


def _newest(link_ids: Any) -> Any:
    """The newest row of each link; all links if there are many."""
    newest = select(func.max(verdicts.c.id)).group_by(verdicts.c.link_id)
    if len(link_ids) <= _MOST_NAMED:
        newest = newest.where(verdicts.c.link_id.in_(list(link_ids)))
    return select(verdicts).where(verdicts.c.id.in_(newest))


_MOST_NAMED = 500
"""The number of links up to which a query names them."""


def _values(link_id: int, run_id: str, access: RecordedAccess) -> Values:
    return {
        "link_id": link_id,
        "run_id": run_id,
        "at": access.at,
        "last_at": access.last_at,
        "verdict": access.verdict.value,
        "reason": access.reason.value,
        "message": access.message,
        "until": access.until,
    }


def _redacted(access: RecordedAccess) -> RecordedAccess:
    """The verdict with secrets hidden: names of roles are text from Azure."""
    return RecordedAccess(
        access.at,
        access.last_at,
        access.verdict,
        access.reason,
        redact(access.message),
        access.until,
    )
