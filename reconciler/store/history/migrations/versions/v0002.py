"""Periods and writes by their time: what an export and the report ask for."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("periods_by_time", "periods", ["at"])
    op.create_index("writes_by_time", "writes", ["at"])
