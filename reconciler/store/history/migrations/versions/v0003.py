"""The guards that a run overrode, which the unattended runs of other machines need."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "allowed_guards",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String, sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("guard", sa.String, nullable=False),
    )
    op.create_index("allowed_guards_by_run", "allowed_guards", ["run_id"])
