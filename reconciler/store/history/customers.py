"""Customers in the history: one row for each customer that a list of our customers had."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from reconciler.core.history.customer_history import CustomerSnapshot, KnownCustomer
from reconciler.core.redaction.redactor import redact
from reconciler.store.history.mapping import Values
from reconciler.store.history.tables import customers


def record_customers(
    connection: Connection, history: str, run_id: str, at: datetime, snapshot: CustomerSnapshot
) -> None:
    """Record a list. A customer that had left is new again; an older list changes nothing."""
    rows = {row.tenant_id: row for row in _rows(connection, history, snapshot.source)}
    newest = max((row.last_seen for row in rows.values()), default=None)
    if newest and newest > at:
        return
    seen: list[Values] = []
    new: list[Values] = []
    for tenant_id, name in snapshot.names.items():
        row = rows.get(tenant_id)
        if row is None:
            key = {"history": history, "source": snapshot.source, "tenant_id": tenant_id}
            new.append({**key, **_values(name, at, at), "run_id": run_id})
        else:
            first = row.first_seen if row.last_seen == newest else at
            seen.append({"row": row.id, **_values(name, first, at)})
    this_row: Any = customers.c.id == bindparam("row")
    gone = [
        {"row": row.id, "left_at": at}
        for row in rows.values()
        if row.tenant_id not in snapshot.names and row.left_at is None
    ]
    if seen:
        connection.execute(update(customers).where(this_row), seen)
    if gone:
        connection.execute(update(customers).where(this_row), gone)
    if new:
        connection.execute(insert(customers), new)


def known_customers(connection: Connection, history: str, source: str) -> tuple[KnownCustomer, ...]:
    """Every customer that a list of this source had."""
    return tuple(map(_known, _rows(connection, history, source)))


def customers_by_source(
    connection: Connection, history: str
) -> dict[str, tuple[KnownCustomer, ...]]:
    """Every customer that a list had, by the source of the list."""
    query = select(customers).where(customers.c.history == history).order_by(customers.c.id)
    found: dict[str, list[KnownCustomer]] = {}
    for row in connection.execute(query):
        found.setdefault(row.source, []).append(_known(row))
    return {source: tuple(known) for source, known in found.items()}


def _known(row: Row[Any]) -> KnownCustomer:
    return KnownCustomer(row.tenant_id, row.name or "", row.first_seen, row.last_seen, row.left_at)


def _rows(connection: Connection, history: str, source: str) -> list[Row[Any]]:
    is_it = (customers.c.history == history) & (customers.c.source == source)
    return list(connection.execute(select(customers).where(is_it).order_by(customers.c.id)))


def _values(name: str, first_seen: datetime, last_seen: datetime) -> Values:
    seen = {"first_seen": first_seen, "last_seen": last_seen, "left_at": None}
    return {"name": redact(name), **seen}
