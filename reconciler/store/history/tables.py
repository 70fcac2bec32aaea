"""Tables of the history, in the newest schema version.

`migrations` builds the same tables step by step. A test compares the two.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[datetime]):
    """A time in UTC. SQLite stores no time zone, so it is added after reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """The time in UTC, as it is stored."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The stored time, with the time zone UTC."""
        return _utc(value) if isinstance(value, datetime) else None


@lru_cache(maxsize=1000)
def _utc(value: datetime) -> datetime:
    """The time in UTC; equal times are kept once, as all links that a run read have the same."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("history", String, nullable=False),
    Column("command", String, nullable=False),
    Column("at", Utc, nullable=False),
    Column("tool_version", String, nullable=False),
    Column("config_digest", String, nullable=False),
    Column("status", Integer),
    Column("is_whole", Boolean, nullable=False),
    Column("in_sync", Integer),
    Column("drift", Integer),
    Column("unreadable", Integer),
    Column("left_alone", Integer),
    Column("writes", Integer, nullable=False),
    Column("user", String, nullable=False),
    Column("host", String, nullable=False),
    Index("runs_by_time", "history", "at"),
)

allowed_guards = Table(
    "allowed_guards",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("guard", String, nullable=False),
    Index("allowed_guards_by_run", "run_id"),
)

refused_guards = Table(
    "refused_guards",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("guard", String, nullable=False),
    Index("refused_guards_by_run", "run_id"),
)

links = Table(
    "links",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("history", String, nullable=False),
    Column("tenant", String, nullable=False),
    Column("identity", String, nullable=False),
    UniqueConstraint("history", "tenant", "identity", name="one_row_a_link"),
)

periods = Table(
    "periods",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("link_id", ForeignKey("links.id"), nullable=False),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("is_current", Boolean, nullable=False),
    Column("at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("standing_since", Utc, nullable=False),
    Column("read_at", Utc),
    Column("read_partner_id", String),
    Column("linked_since", Utc),
    Column("action", String, nullable=False),
    Column("state", String),
    Column("wanted_partner_id", String),
    Column("tenant_id", String),
    Column("object_id", String),
    Column("partner_id", String),
    Column("partner_name", String),
    Column("version", Integer),
    Column("updated_at", String),
    Column("problem", String),
    Column("message", String),
    Index("periods_by_link", "link_id", "at"),
    Index("periods_by_time", "at"),
    Index(
        "one_current_period_a_link",
        "link_id",
        unique=True,
        # The migrations give PostgreSQL the same condition. Here it would load that dialect.
        sqlite_where=text("is_current"),
    ),
)

writes = Table(
    "writes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("link_id", ForeignKey("links.id"), nullable=False),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("action", String, nullable=False),
    Column("before", String),
    Column("after", String),
    Column("outcome", String),
    Column("tenant_id", String),
    Column("object_id", String),
    Column("problem", String),
    Column("correlation_id", String),
    Index("writes_by_link", "link_id", "at"),
    Index("writes_by_time", "at"),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("link_id", ForeignKey("links.id"), nullable=False),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("verdict", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("message", String, nullable=False),
    Column("until", Utc),
    Column("subscriptions", String),
    Index("verdicts_by_link", "link_id", "at"),
)

covered_verdicts = Table(
    "covered_verdicts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("link_id", ForeignKey("links.id"), nullable=False),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("customer", String, nullable=False),
    Column("tenant_id", String),
    Column("at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("verdict", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("message", String, nullable=False),
    Column("until", Utc),
    Column("subscriptions", String),
    Index("covered_verdicts_by_link", "link_id", "customer", "at"),
)

customers = Table(
    "customers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("history", String, nullable=False),
    Column("source", String, nullable=False),
    Column("tenant_id", String, nullable=False),
    Column("name", String),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("first_seen", Utc, nullable=False),
    Column("last_seen", Utc, nullable=False),
    Column("left_at", Utc),
    UniqueConstraint("history", "source", "tenant_id", name="one_row_a_customer"),
)
