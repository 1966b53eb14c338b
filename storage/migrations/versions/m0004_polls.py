"""who polls which source, when a worker was last seen, where the audit's chains end, and which database is a copy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the columns of this revision."""
    op.create_table(
        "poll",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("worker_id", sa.Integer(), nullable=True),
        sa.Column("polls_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    with op.batch_alter_table("worker", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
    _add_heads()
    _add_restorations()
    _add_deliveries()


def _add_heads() -> None:
    op.create_table(
        "audit_head",
        sa.Column("chain", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chain"),
    )
    op.execute(
        "INSERT INTO audit_head (chain, position, hash) SELECT chain, position, hash FROM audit AS entry"
        " WHERE position = (SELECT MAX(position) FROM audit WHERE chain = entry.chain)"
    )


def _add_restorations() -> None:
    op.create_table(
        "restoration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("copied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("may_have_left", sa.Boolean(), server_default="0", nullable=False)
        )


def _add_deliveries() -> None:
    # Plain texts as defaults: for an expression alembic makes SQLite's table anew, which its foreign keys forbid.
    nobody = "[]"
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("delivered", sa.JSON(), server_default=nobody, nullable=False)
        )
        batch_op.add_column(sa.Column("refused", sa.JSON(), server_default=nobody, nullable=False))
        batch_op.add_column(sa.Column("look_up_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("doubtful_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_letter_look_up_at"), ["look_up_at"], unique=False)
        batch_op.drop_index("letter_due")
        batch_op.create_index("letter_due", ["state", "worker_id", "due_at"], unique=False)
