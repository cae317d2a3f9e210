"""The migrations give the tables of the schema, whole or not at all."""

import shutil
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, select, text

from bot.errors import StorageError
from bot.storage.database import Database
from bot.storage.migrate import MIGRATIONS, alembic_config, migrate, revision
from bot.storage.schema import daily_totals, metadata, server_totals
from tests.storage.books import url_of

BROKEN = '''"""A migration that fails in its middle."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("INSERT INTO nowhere VALUES (1)")
'''


@pytest_asyncio.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Database]:
    """A database without any table."""
    database = Database(url_of(tmp_path / "empty.db"))
    await database.open()
    yield database
    await database.close()


def spelled(value: Any) -> str:  # noqa: ANN401
    """A value of the inspector's as text, which can be compared."""
    if isinstance(value, dict):
        return str({key: str(each) for key, each in value.items()})
    return str(value)


def description(connection: Connection) -> dict[str, dict[str, Any]]:
    """All that a database knows of its tables, in an order of its own."""
    inspector = inspect(connection)

    def sorted_by_name(found: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        return sorted(
            ({key: spelled(value) for key, value in each.items()} for each in found),
            key=lambda each: each["name"],
        )

    return {
        table: {
            "columns": sorted_by_name(inspector.get_columns(table)),
            "primary key": inspector.get_pk_constraint(table),
            "foreign keys": sorted_by_name(inspector.get_foreign_keys(table)),
            "unique": sorted_by_name(inspector.get_unique_constraints(table)),
            "checks": sorted_by_name(inspector.get_check_constraints(table)),
            "indexes": sorted_by_name(inspector.get_indexes(table)),
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


async def tables(database: Database) -> set[str]:
    async with database.read() as connection:
        return await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))


async def test_a_migrated_database_is_that_of_the_schema(empty: Database, tmp_path: Path) -> None:
    await migrate(empty)
    async with empty.read() as connection:
        migrated = await connection.run_sync(description)
    created = Database(url_of(tmp_path / "created.db"))
    await created.open()
    async with created.write() as connection:
        await connection.run_sync(metadata.create_all)
    async with created.read() as connection:
        wanted = await connection.run_sync(description)
    await created.close()

    assert migrated.keys() == {table.name for table in metadata.sorted_tables}
    for table, wants in wanted.items():
        found = migrated[table]
        for column in (*wants["columns"], *found["columns"]):
            column["default"] = column["default"].strip("()")  # SQLite keeps their brackets
        assert found == wants


async def test_alembic_sees_no_difference_either(empty: Database) -> None:
    await migrate(empty)

    def differences(connection: Connection) -> Any:  # noqa: ANN401
        return compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), metadata
        )

    async with empty.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_twice_changes_nothing(empty: Database) -> None:
    before, after = await migrate(empty)
    assert before is None
    assert after is not None
    async with empty.read() as connection:
        first = await connection.run_sync(description)
    assert await migrate(empty) == (after, after)
    async with empty.read() as connection:
        assert await connection.run_sync(description) == first


async def test_the_revision_is_told(empty: Database) -> None:
    current, wanted = await revision(empty)
    assert current is None
    await migrate(empty)
    assert await revision(empty) == (wanted, wanted)


async def test_what_a_server_used_before_its_sums_were_kept_is_summed(empty: Database) -> None:
    """The sums of each server begin as those of its members, day by day."""

    def before(connection: Connection) -> None:
        command.upgrade(alembic_config(connection), "0003")

    async with empty.write() as connection:
        await connection.run_sync(before)
        await connection.execute(
            text(
                "INSERT INTO daily_totals (server_id, member_id, day, used, held) VALUES"
                " (1, 1, '2027-01-15', 6, 0), (1, 2, '2027-01-15', 16, 12),"
                " (1, 1, '2027-01-16', 0, 6), (2, 1, '2027-01-15', 100, 0)"
            )
        )
    await migrate(empty)
    async with empty.read() as connection:
        sums = await connection.execute(select(server_totals).order_by("server_id", "day"))
        assert [tuple(row) for row in sums] == [
            (1, date(2027, 1, 15), 22, 12),
            (1, date(2027, 1, 16), 0, 6),
            (2, date(2027, 1, 15), 100, 0),
        ]
        drawn = await connection.execute(select(daily_totals.c.drawn))
        assert set(drawn.scalars()) == {0}


async def test_a_database_of_a_newer_program_is_refused_in_words(empty: Database) -> None:
    await migrate(empty)
    async with empty.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '8888'"))
    with pytest.raises(StorageError, match=r"revision 8888.*Update the program"):
        await migrate(empty)
    current, _wanted = await revision(empty)
    assert current == "8888"


async def test_a_migration_that_fails_leaves_nothing_behind(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _before, head = await migrate(empty)
    before = await tables(empty)
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_broken.py").write_text(BROKEN.format(head=head))
    monkeypatch.setattr("bot.storage.migrate.MIGRATIONS", folder)

    with pytest.raises(StorageError, match="no such table: nowhere"):
        await migrate(empty)
    assert await tables(empty) == before
    assert await revision(empty) == (head, "9999")
