"""When each customer left the list of our customers."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column. The time when earlier customers left is not known."""
    op.add_column("customers", sa.Column("left_at", sa.DateTime(timezone=True)))
