"""Claims that nobody holds any more, on messages and letters alike."""

from __future__ import annotations

import sqlalchemy as sa

from storage import schema
from storage.database import Database
from storage.liveness import Liveness


def dead_holders(
    database: Database,
    liveness: Liveness,
    table: type[schema.Message | schema.Letter],
    *,
    worker: int,
) -> list[int]:
    """The workers, other than this one, that hold claims in a table and live no more."""
    with database.read() as session:
        others = session.scalars(
            sa.select(table.worker_id)
            .where(table.worker_id.is_not(None), table.worker_id != worker)
            .distinct()
        ).all()
    return [other for other in others if other is not None and liveness.is_dead(other)]
