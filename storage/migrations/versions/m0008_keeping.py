"""why documents are confidential, where else they lie for a moment, and projects that were erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table of this revision."""
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confidential_for", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("former_key", sa.Text(), nullable=True))
    op.create_table(
        "erasure",
        sa.Column("project_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_sha256", sa.Text(), nullable=True),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("folders", sa.JSON(), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("project_id"),
        sa.UniqueConstraint("token_sha256"),
    )
