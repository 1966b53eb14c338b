"""what new projects are offered of their client's earlier ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns of this revision."""
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("offers_due", sa.Boolean(), server_default="0", nullable=False)
        )
    op.add_column("document", sa.Column("offer", sa.Text(), nullable=True))
    # Written as it stands for SQLite, which adds a column with its reference but no constraint afterwards.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "ALTER TABLE document ADD COLUMN offered_from_id INTEGER REFERENCES project (id)"
        )
    else:
        op.add_column(
            "document",
            sa.Column("offered_from_id", sa.Integer(), sa.ForeignKey("project.id"), nullable=True),
        )
    op.create_index(
        op.f("ix_document_offered_from_id"), "document", ["offered_from_id"], unique=False
    )
