"""Bring a database's tables to the present schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.errors import StorageError
from bot.storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def alembic_config(connection: Connection | None = None) -> Config:
    """Where the migrations are, and the connection they run on."""
    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix())
    config.attributes["connection"] = connection
    return config


async def migrate(database: Database) -> tuple[str | None, str | None]:
    """Run what is missing, all of it or nothing; the revision before and after.

    Raises ``StorageError`` for a database that a newer version of the program has changed.
    """
    async with database.write() as connection:
        return await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> tuple[str | None, str | None]:
    before = MigrationContext.configure(connection).get_current_revision()
    config = alembic_config(connection)
    scripts = ScriptDirectory.from_config(config)
    if before is not None and before not in {
        script.revision for script in scripts.walk_revisions()
    }:
        raise StorageError(
            f"the database is at revision {before}, which this version of the program does not "
            "know: it was used by a newer one. Update the program, or restore an older backup"
        )
    command.upgrade(config, "head")
    return before, scripts.get_current_head()


async def revision(database: Database) -> tuple[str | None, str | None]:
    """The revision the database is at, and the one this program wants."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    async with database.read() as connection:
        current = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
    return current, head
