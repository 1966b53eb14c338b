"""whether a project is complete, as last looked at, and which letters carry its manifest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns of this revision. Projects that are there already are looked at without a word the first time."""
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.add_column(sa.Column("noted_version", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("noted_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("complete", sa.Boolean(), server_default="0", nullable=False))
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.add_column(sa.Column("manifest", sa.Boolean(), server_default="0", nullable=False))
