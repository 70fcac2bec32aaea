"""The verdicts about customers that a link covers, and the subscriptions behind each verdict."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table, and add the column."""
    op.add_column("verdicts", sa.Column("subscriptions", sa.String))
    op.create_table(
        "covered_verdicts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("link_id", sa.Integer, sa.ForeignKey("links.id"), nullable=False),
        sa.Column("run_id", sa.String, sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("customer", sa.String, nullable=False),
        sa.Column("tenant_id", sa.String),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("message", sa.String, nullable=False),
        sa.Column("until", _MOMENT),
        sa.Column("subscriptions", sa.String),
    )
    op.create_index("covered_verdicts_by_link", "covered_verdicts", ["link_id", "customer", "at"])
