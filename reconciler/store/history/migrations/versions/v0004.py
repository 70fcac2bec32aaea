"""The guards that refused a run: the next nightly run compares its own with them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "refused_guards",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String, sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("guard", sa.String, nullable=False),
    )
    op.create_index("refused_guards_by_run", "refused_guards", ["run_id"])
