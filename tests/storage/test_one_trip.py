"""The driver: what SQLAlchemy gets through it is what SQLite has, and nothing is left behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.errors import StorageError
from bot.storage.database import Database
from bot.storage.one_trip import FIRST_ROWS, OneTripConnection, connect
from tests.storage.failing import locked, opened, write

NUMBERS = text(
    "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count) "
    "SELECT n FROM number"
)
COUNTS = (1, FIRST_ROWS - 1, FIRST_ROWS, FIRST_ROWS + 1, 3 * FIRST_ROWS)


@pytest.fixture
async def database(database_file: Path) -> AsyncIterator[Database]:
    async with opened(database_file) as database:
        yield database


@pytest.mark.parametrize("count", COUNTS)
async def test_every_row_comes_once_and_in_order(database: Database, count: int) -> None:
    async with database.read() as connection:
        rows = await connection.execute(NUMBERS, {"count": count})
        assert rows.scalars().all() == list(range(1, count + 1))


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("at_once", [1, 7, FIRST_ROWS, 1000])
async def test_a_stream_brings_the_same_in_parts(
    database: Database, count: int, at_once: int
) -> None:
    seen: list[int] = []
    async with (
        database.read() as connection,
        connection.stream(NUMBERS, {"count": count}) as rows,
    ):
        async for part in rows.scalars().partitions(at_once):
            assert len(part) <= at_once
            seen += part
    assert seen == list(range(1, count + 1))


@given(wanted=st.lists(st.integers(1, FIRST_ROWS + 9), max_size=5), count=st.sampled_from(COUNTS))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_rows_can_be_fetched_in_any_portions(wanted: list[int], count: int) -> None:
    connection = connect(":memory:")
    await connection
    try:
        cursor = await connection.cursor().execute(NUMBERS.text.replace(":count", str(count)))
        seen: list[int] = []
        for size in wanted:
            seen += [number for (number,) in await cursor.fetchmany(size)]
        assert seen == list(range(1, min(count, sum(wanted)) + 1))
        one = await cursor.fetchone()
        assert one == ((len(seen) + 1,) if len(seen) < count else None)
        rest = [number for (number,) in await cursor.fetchall()]
        assert rest == list(range(len(seen) + 2, count + 1))
        assert await cursor.fetchmany(1) == []
        await cursor.close()
    finally:
        await connection.close()


async def test_nothing_is_rolled_back_where_nothing_was_begun(database_file: Path) -> None:
    connection = connect(str(database_file), isolation_level=None)
    await connection
    try:
        await connection.rollback()
        await connection.cursor().execute("BEGIN")
        assert connection.in_transaction
        await connection.rollback()
        assert not connection.in_transaction
    finally:
        await connection.close()


async def test_a_transaction_whose_begin_was_given_up_is_rolled_back(database_file: Path) -> None:
    connection = connect(str(database_file), isolation_level=None, check_same_thread=False)
    await connection
    try:
        await connection.cursor().execute("PRAGMA busy_timeout = 20000")
        with locked(database_file):
            begin = asyncio.create_task(connection.cursor().execute("BEGIN IMMEDIATE"))
            await asyncio.sleep(0)  # the thread has it, and waits for the other program
            begin.cancel()
            with pytest.raises(asyncio.CancelledError):
                await begin
            # As SQLAlchemy does when a connection is given back.
            rollback = asyncio.create_task(connection.rollback())
            await asyncio.sleep(0)
        await rollback
        assert not await connection.run(lambda held: held.in_transaction)
    finally:
        await connection.close()


async def test_an_error_leaves_the_connection_as_good_as_new(database: Database) -> None:
    for _time in range(20):  # more often than there are connections
        with pytest.raises(StorageError, match="no such table: nowhere"):
            async with database.write() as connection:
                await connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")
    await write(database)


async def test_many_rows_are_written_at_once_and_counted(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE numbers (n INTEGER PRIMARY KEY)"))
        added = await connection.execute(
            text("INSERT INTO numbers VALUES (:n)"), [{"n": number} for number in range(300)]
        )
        assert added.rowcount == 300
        changed = await connection.execute(text("UPDATE numbers SET n = n + 1000 WHERE n < 40"))
        assert changed.rowcount == 40


async def test_a_brief_transaction_never_lets_go_between_its_first_statement_and_its_end(
    database: Database,
) -> None:
    """Who waits to write waits for no turn of whoever writes."""
    turns: list[str] = []

    async def others() -> None:
        while True:
            turns.append("others")
            await asyncio.sleep(0)

    async with database.write(brief=True) as connection:
        watching = asyncio.create_task(others())
        for number in range(3):
            await connection.exec_driver_sql(f"UPDATE jobs SET price = {number} WHERE id = 'none'")
        assert not turns
    assert turns, "it is kept by the thread, meanwhile others go on"
    watching.cancel()


@pytest.mark.parametrize("brief", [False, True])
async def test_what_follows_a_brief_transaction_is_not_brief(
    database: Database, brief: bool
) -> None:
    for _time in range(10):
        async with database.write(brief=True) as connection:
            await connection.exec_driver_sql("UPDATE jobs SET price = 1 WHERE id = 'none'")
    driver = None
    with pytest.raises(ZeroDivisionError):
        async with database.write(brief=brief) as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert isinstance(driver, OneTripConnection)
            assert driver.in_place is brief
            raise ZeroDivisionError
    assert isinstance(driver, OneTripConnection)
    assert not driver.in_place
