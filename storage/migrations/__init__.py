"""The migrations, run from code: there is no alembic.ini."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError

from intake.errors import ConfigError


def upgrade(engine: sa.Engine) -> None:
    """Bring the tables to the newest revision, in one transaction. Idempotent.

    Raises ConfigError where they are at a revision that this program does not know.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            text = "The database cannot be upgraded by this version of intake: use the newer one that made it."
            raise ConfigError(f"{text} ({error})") from error
