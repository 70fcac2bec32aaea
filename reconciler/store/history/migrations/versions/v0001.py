"""Runs, links, periods and writes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "runs",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("history", sa.String, nullable=False),
        sa.Column("command", sa.String, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("tool_version", sa.String, nullable=False),
        sa.Column("config_digest", sa.String, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("is_whole", sa.Boolean, nullable=False),
        sa.Column("in_sync", sa.Integer),
        sa.Column("drift", sa.Integer),
        sa.Column("unreadable", sa.Integer),
        sa.Column("left_alone", sa.Integer),
        sa.Column("writes", sa.Integer, nullable=False),
        sa.Column("user", sa.String, nullable=False),
        sa.Column("host", sa.String, nullable=False),
    )
    op.create_index("runs_by_time", "runs", ["history", "at"])
    op.create_table(
        "links",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("history", sa.String, nullable=False),
        sa.Column("tenant", sa.String, nullable=False),
        sa.Column("identity", sa.String, nullable=False),
        sa.UniqueConstraint("history", "tenant", "identity", name="one_row_a_link"),
    )
    op.create_table(
        "periods",
        *_of_a_link(),
        sa.Column("is_current", sa.Boolean, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.Column("standing_since", _MOMENT, nullable=False),
        sa.Column("read_at", _MOMENT),
        sa.Column("read_partner_id", sa.String),
        sa.Column("linked_since", _MOMENT),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("state", sa.String),
        sa.Column("wanted_partner_id", sa.String),
        sa.Column("tenant_id", sa.String),
        sa.Column("object_id", sa.String),
        sa.Column("partner_id", sa.String),
        sa.Column("partner_name", sa.String),
        sa.Column("version", sa.Integer),
        sa.Column("updated_at", sa.String),
        sa.Column("problem", sa.String),
        sa.Column("message", sa.String),
    )
    op.create_index("periods_by_link", "periods", ["link_id", "at"])
    current = sa.text("is_current")
    op.create_index(
        "one_current_period_a_link",
        "periods",
        ["link_id"],
        unique=True,
        sqlite_where=current,
        postgresql_where=current,
    )
    op.create_table(
        "writes",
        *_of_a_link(),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("before", sa.String),
        sa.Column("after", sa.String),
        sa.Column("outcome", sa.String),
        sa.Column("tenant_id", sa.String),
        sa.Column("object_id", sa.String),
        sa.Column("problem", sa.String),
        sa.Column("correlation_id", sa.String),
    )
    op.create_index("writes_by_link", "writes", ["link_id", "at"])


def _of_a_link() -> list[sa.Column[int] | sa.Column[str]]:
    return [
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("link_id", sa.Integer, sa.ForeignKey("links.id"), nullable=False),
        sa.Column("run_id", sa.String, sa.ForeignKey("runs.id"), nullable=False),
    ]
