"""A database whose file is taken away, damaged or only to be read: told, and recovered from."""

import asyncio
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.credits.audit import audit
from bot.errors import DatabaseFailingError
from bot.jobs.states import State
from bot.storage.database import Database
from tests.storage.books import Books, url_of
from tests.storage.failing import events, opened, write

# The header of a SQLite file, and the size of its pages.
HEADER, PAGE = 100, 4096


def move(path: Path, name: str) -> Path:
    moved = path.with_name(name)
    os.link(path, moved)  # never over another file
    path.unlink()
    return moved


def replace(path: Path, source: Path) -> None:
    Path(shutil.copy(source, path.with_name("new.db"))).replace(path)


def delete(path: Path) -> None:
    path.unlink()


def make_folder(path: Path) -> None:
    path.mkdir()


def content(path: Path) -> bytes:
    return path.read_bytes()


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


# --- the file is taken away ---


async def test_nothing_is_written_to_a_file_that_was_deleted(database_file: Path) -> None:
    async with Books(database_file) as books:
        await books.job()
        aside = move(database_file, "aside.db")
        with pytest.raises(DatabaseFailingError, match=r"shotlist\.db is gone .*: move it back,"):
            await books.submit()
        move(aside, database_file.name)  # raises where anybody has made an empty one meanwhile
        await books.submit()
        assert await books.problems() == ()


async def test_another_file_in_its_place_is_not_taken_for_it(
    migrated_file: Path, database_file: Path
) -> None:
    async with Books(database_file) as books:
        await books.job()
        replace(database_file, migrated_file)
        with pytest.raises(DatabaseFailingError, match="no longer the file that was opened"):
            await books.submit()
        with pytest.raises(DatabaseFailingError, match="no longer the file that was opened"):
            await books.balance()


async def test_nothing_is_written_when_the_log_beside_it_was_deleted(database_file: Path) -> None:
    async with Books(database_file) as books:
        job = await books.job()
        delete(Path(f"{database_file}-wal"))
        with pytest.raises(DatabaseFailingError, match=r"db-wal is gone .* deleted, stop the bot"):
            await books.submit()
    async with Books(database_file, first=100) as books:
        assert await books.store.get(job.id) == job, "closing has saved what the log held"
        await books.submit()
        assert await books.problems() == ()


async def test_the_log_beside_it_is_moved_back_and_gone_on_with(database_file: Path) -> None:
    async with Books(database_file) as books:
        job = await books.job()
        log = Path(f"{database_file}-wal")
        aside = move(log, "aside-wal")
        with pytest.raises(DatabaseFailingError, match=r"db-wal is gone .*: move it back,"):
            await books.submit()
        move(aside, log.name)
        await books.submit()
    async with Books(database_file, first=100) as books:
        assert await books.store.get(job.id) == job
        assert await books.problems() == ()


async def test_a_log_that_cannot_be_made_is_told_at_the_start(database_file: Path) -> None:
    make_folder(Path(f"{database_file}-wal"))
    with pytest.raises(DatabaseFailingError, match=r"unable to open .*let the bot write to"):
        async with opened(database_file):
            pass


async def test_a_folder_that_is_gone_is_told(database_file: Path) -> None:
    async with opened(database_file) as database:
        shutil.rmtree(database_file.parent)
        for attempt in (write, Database.ping, Database.probe):
            with pytest.raises(DatabaseFailingError, match="is gone"):
                await attempt(database)


# --- damage ---


async def filled(path: Path) -> None:
    """Many jobs, so that there are pages in the middle."""
    async with Books(path) as books:
        for _number in range(200):
            await books.submit()


def page_of(path: Path, table: str) -> int:
    """The number of the page that a table begins at, from 1."""
    connection = sqlite3.connect(path)
    (found,) = connection.execute(
        "SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)
    ).fetchone()
    connection.close()
    return int(found)


def overwrite(path: Path, at: int, count: int) -> None:
    with path.open("rb+") as file:
        file.seek(at)
        file.write(b"\xa5" * count)


def garbage_header(path: Path) -> None:
    overwrite(path, 0, HEADER)


def cut_in_half(path: Path) -> None:
    with path.open("rb+") as file:
        file.truncate(path.stat().st_size // PAGE // 2 * PAGE)


def page_in_the_middle(path: Path) -> None:
    overwrite(path, (page_of(path, "ledger") - 1) * PAGE, PAGE)


def forget_cached_pages(path: Path) -> None:
    """Make the others read the file again, by writing to it."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA user_version = 1")
    other.close()


@pytest.mark.parametrize("damage", [garbage_header, cut_in_half, page_in_the_middle])
async def test_a_damaged_file_is_not_opened_and_the_sentence_says_what_to_do(
    database_file: Path, damage: Callable[[Path], None]
) -> None:
    await filled(database_file)
    damage(database_file)
    before = content(database_file)
    with pytest.raises(DatabaseFailingError) as refused:
        async with opened(database_file):
            pass
    assert f"{database_file} is damaged" in str(refused.value)
    assert "put a backup in its place" in str(refused.value)
    assert content(database_file) == before


async def test_damage_found_while_running_ends_what_people_begin_and_not_what_is_under_way(
    database_file: Path,
) -> None:
    await filled(database_file)
    async with Books(database_file) as books:
        page_in_the_middle(database_file)
        forget_cached_pages(database_file)
        with capture_logs() as logs:
            for _time in range(3):
                with pytest.raises(DatabaseFailingError, match="is damaged"):
                    await audit(books.database)
            await write(books.database)
            with pytest.raises(DatabaseFailingError, match="is damaged"):
                await write(books.database.hurried())
            with pytest.raises(DatabaseFailingError, match="is damaged"):
                await books.database.probe()
        assert events(logs) == ["the database fails"]


# --- only read ---


async def test_a_database_that_is_only_read_stays_as_it_is(database_file: Path) -> None:
    connection = sqlite3.connect(database_file)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    before = content(database_file)
    database = Database(url_of(database_file), read_only=True)
    await database.open()
    assert (await audit(database)).problems == ()
    with pytest.raises(DatabaseFailingError, match="readonly"):
        await write(database)
    await database.close()
    assert content(database_file) == before
    assert names(database_file.parent) == [database_file.name]


async def look_at_once(database: Database, count: int) -> None:
    """So many read at the same time: each on a connection of its own."""
    everyone = asyncio.Barrier(count)

    async def look() -> None:
        async with database.read():
            await everyone.wait()

    await asyncio.gather(*(look() for _number in range(count)))


async def test_a_file_that_may_be_written_again_is_written_without_a_restart(
    database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def connect_for_reading(address: str, **more: Any) -> sqlite3.Connection:  # noqa: ANN401
        """What SQLite makes of a file that the bot's user may not write."""
        assert "mode=rw" in address
        opened_so: sqlite3.Connection = connect(address.replace("mode=rw", "mode=ro"), **more)
        return opened_so

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect_for_reading)
        async with opened(database_file) as database:
            await look_at_once(database, 8)
            with pytest.raises(DatabaseFailingError, match="let the bot write to"):
                await write(database)
            patch.undo()
            for _time in range(8):
                await write(database)


# --- full ---


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no limit for files")
@pytest.mark.parametrize("room", [120_000, 250_000, 500_000])
async def test_a_full_disk_takes_whole_jobs_or_none_and_is_gone_on_with(
    database_file: Path, room: int
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.storage.cramped", database_file, str(room)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    facts = dict(line.split(" ", 1) for line in output.decode().splitlines() if line[0] in "ar")
    assert f"the disk of {database_file}" in facts["refused"]
    async with Books(database_file) as books:
        jobs = await books.store.in_state(State.QUEUED)
        assert len(jobs) == int(facts["again"]) == int(facts["accepted"]) + 1
        assert (await books.balance()).held == sum(job.price for job in jobs)
        assert await books.problems() == ()
