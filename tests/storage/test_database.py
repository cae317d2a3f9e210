"""Transactions: all of it or nothing, whatever is cancelled, and words where it does not work."""

import asyncio
import itertools
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import insert, select

from bot.errors import StorageError
from bot.storage.database import Database, to_the_end
from bot.storage.schema import reference_files
from tests.storage.books import url_of

HEADSTART = 5
"""Rows that a transaction writes; a part of them must never be seen."""


async def write_rows(database: Database, group: int, fail: bool = False) -> None:
    async with database.write() as connection:
        for number in range(HEADSTART):
            await connection.execute(
                insert(reference_files).values(
                    sha256=f"{group}-{number}",
                    content_type="image/png",
                    width=1,
                    height=1,
                    data=b"",
                    last_used_at=0.0,
                )
            )
        if fail:
            raise ZeroDivisionError


async def written(database: Database) -> dict[int, int]:
    """How many rows each group has."""
    counts: dict[int, int] = {}
    async with database.read() as connection:
        for (sha256,) in await connection.execute(select(reference_files.c.sha256)):
            group = int(sha256.partition("-")[0])
            counts[group] = counts.get(group, 0) + 1
    return counts


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for another's transaction."""
    monkeypatch.setattr("bot.storage.database.BUSY_TIMEOUT_MS", 20)


@pytest_asyncio.fixture
async def database(database_file: Path) -> AsyncIterator[Database]:
    database = await opened(database_file)
    yield database
    await database.close()


async def opened(path: Path) -> Database:
    database = Database(url_of(path))
    await database.open()
    return database


async def test_what_a_block_wrote_is_kept_when_it_ends(database_file: Path) -> None:
    database = await opened(database_file)
    await write_rows(database, 1)
    await database.close()

    again = await opened(database_file)
    assert await written(again) == {1: HEADSTART}
    await again.close()


async def test_an_exception_in_the_block_undoes_all_of_it(database_file: Path) -> None:
    database = await opened(database_file)
    with pytest.raises(ZeroDivisionError):
        await write_rows(database, 1, fail=True)
    assert await written(database) == {}
    await write_rows(database, 2)
    assert await written(database) == {2: HEADSTART}
    await database.close()


class CancelledAt:
    """Awaits ``work``, and is cancelled when it waits for the ``number``-th time (from 0).

    ``insistent``: and every time it waits after that.
    """

    def __init__(
        self, work: Coroutine[Any, Any, None], number: int, *, insistent: bool = False
    ) -> None:
        self._work = work
        self._number = number
        self._insistent = insistent
        self.reached = False

    def __await__(self) -> Generator[Any, None, None]:
        steps = self._work.__await__()
        go_on: Callable[[], Any] = partial(next, steps)
        for number in itertools.count():
            try:
                waited_for = go_on()
            except StopIteration:
                return
            if number == self._number or (self.reached and self._insistent):
                self.reached = True
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            try:
                yield waited_for
            except BaseException as error:  # noqa: BLE001 — it belongs to the work
                go_on = partial(steps.throw, error)
            else:
                go_on = partial(next, steps)

    async def run(self) -> None:
        await self


@pytest.mark.parametrize("insistent", [False, True])
async def test_a_cancellation_at_any_step_leaves_all_or_nothing(
    database: Database, insistent: bool
) -> None:
    outcomes = []
    for number in itertools.count():
        work = CancelledAt(write_rows(database, number), number, insistent=insistent)
        task = asyncio.create_task(work.run())
        await asyncio.gather(task, return_exceptions=True)
        count = (await written(database)).get(number, 0)
        assert count in (0, HEADSTART)
        if not work.reached:
            assert count == HEADSTART
            break
        assert task.cancelled()
        outcomes.append(count)
        await write_rows(database, 1000 + number)  # the next writer works
    assert outcomes[0] == 0
    assert outcomes[-1] == HEADSTART, "cancelled while it committed, and yet all of it is there"
    assert outcomes == sorted(outcomes)


async def test_a_writer_that_is_cancelled_while_it_waits_takes_no_lock(
    impatient: None, database_file: Path
) -> None:
    """Another process writes meanwhile; nothing of the cancelled one is in its way later."""
    database = await opened(database_file)
    other = sqlite3.connect(database_file, isolation_level=None, timeout=0)
    for number in itertools.count():
        other.execute("BEGIN IMMEDIATE")  # raises where anybody still holds the lock
        work = CancelledAt(write_rows(database, number), number)
        outcome = (await asyncio.gather(work.run(), return_exceptions=True))[0]
        other.execute("COMMIT")
        if not work.reached:
            assert isinstance(outcome, StorageError)
            break
        assert isinstance(outcome, asyncio.CancelledError)
    assert number > 1
    other.close()
    assert await written(database) == {}
    await database.close()


async def test_a_cancelled_commit_is_waited_for() -> None:
    """Whoever is told of the cancellation can rely on the work having come to its end."""
    reached, allowed = asyncio.Event(), asyncio.Event()
    ended = False

    async def commit() -> None:
        nonlocal ended
        reached.set()
        await allowed.wait()
        ended = True

    task = asyncio.create_task(to_the_end(commit()))
    await reached.wait()
    for _time in range(3):
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
    allowed.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended


async def test_work_that_fails_is_told_of_and_work_that_ends_returns() -> None:
    async def fails() -> None:
        raise ZeroDivisionError

    async def seven() -> int:
        return 7

    with pytest.raises(ZeroDivisionError):
        await to_the_end(fails())
    assert await to_the_end(seven()) == 7


async def test_many_writers_of_one_process_take_turns(database_file: Path) -> None:
    database = await opened(database_file)
    await asyncio.gather(*(write_rows(database, group) for group in range(20)))
    assert await written(database) == dict.fromkeys(range(20), HEADSTART)
    await database.close()


async def test_two_databases_on_one_file_see_what_the_other_wrote(database_file: Path) -> None:
    one, two = await opened(database_file), await opened(database_file)
    await asyncio.gather(*(write_rows((one, two)[group % 2], group) for group in range(10)))
    assert await written(one) == await written(two) == dict.fromkeys(range(10), HEADSTART)
    await one.close()
    await two.close()


async def test_reading_shows_one_moment_while_another_writes(database_file: Path) -> None:
    one, two = await opened(database_file), await opened(database_file)
    async with one.read() as connection:
        before = (await connection.execute(select(reference_files.c.sha256))).all()
        await write_rows(two, 1)  # is not held up by the reader
        after = (await connection.execute(select(reference_files.c.sha256))).all()
    assert before == after == []
    assert await written(one) == {1: HEADSTART}
    await one.close()
    await two.close()


async def test_a_locked_database_is_an_error_in_words_and_no_end(
    impatient: None, database_file: Path
) -> None:
    database = await opened(database_file)
    other = sqlite3.connect(database_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="the database refused: database is locked"):
        await write_rows(database, 1)
    assert await written(database) == {}  # reading goes on meanwhile
    other.execute("ROLLBACK")
    other.close()
    await write_rows(database, 2)
    assert await written(database) == {2: HEADSTART}
    await database.close()


async def test_an_error_tells_no_parameters(database_file: Path) -> None:
    """Parameters can be tokens, and errors are logged."""
    database = await opened(database_file)
    await write_rows(database, 1)
    with pytest.raises(StorageError) as caught:
        await write_rows(database, 1)
    assert "UNIQUE constraint failed" in str(caught.value)
    assert "image/png" not in str(caught.value)
    await database.close()


async def test_opening_makes_the_folder(tmp_path: Path) -> None:
    database = await opened(tmp_path / "new" / "folder" / "shotlist.db")
    await database.ping()
    await database.close()
    assert (tmp_path / "new" / "folder" / "shotlist.db").is_file()


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_bytes(b"")
    database = Database(url_of(tmp_path / "a-file" / "shotlist.db"))
    with pytest.raises(StorageError, match="the database's folder cannot be made"):
        await database.open()
    await database.close()


async def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "shotlist.db").write_bytes(b"certainly not a database, " * 50)
    database = Database(url_of(tmp_path / "shotlist.db"))
    with pytest.raises(StorageError, match="file is not a database"):
        await database.open()
    await database.close()


async def test_foreign_keys_and_durability_are_switched_on(database_file: Path) -> None:
    database = await opened(database_file)
    async with database.read() as connection:
        found = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("foreign_keys", "journal_mode", "synchronous")
        }
    assert found == {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2}
    await database.close()


async def test_people_wait_for_one_of_the_engines_writes_and_not_for_all(
    database_file: Path,
) -> None:
    database = Database(url_of(database_file))
    order: list[str] = []

    async def writing(through: Database, name: str) -> None:
        async with through.write():
            order.append(name)

    try:
        async with asyncio.TaskGroup() as group, database.write():
            for number in range(5):
                group.create_task(writing(database, f"engine {number}"))
            await asyncio.sleep(0)
            for number in range(3):
                group.create_task(writing(database.hurried(), f"person {number}"))
            await asyncio.sleep(0)
    finally:
        await database.close()
    assert [name for name in order if name.startswith("engine")] == sorted(
        name for name in order if name.startswith("engine")
    )
    last_person = max(index for index, name in enumerate(order) if name.startswith("person"))
    assert last_person <= 3, order
