"""Indexes of periods and writes by time, for exports and the report."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the indexes."""
    op.create_index("periods_by_time", "periods", ["at"])
    op.create_index("writes_by_time", "writes", ["at"])
