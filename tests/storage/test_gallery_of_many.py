"""The gallery among thousands of jobs: indexes find its pages, and its effort is bounded."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import pytest_asyncio
from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite

from bot import gallery
from bot.gallery import Gallery, Wanted, statement
from bot.generation import Mode
from bot.storage.database import Database
from tests.storage.books import url_of
from tests.storage.samples import ALICE, BOB, NOW, SERVER
from tests.storage.test_gallery import Eyes, fill, ids, row

MANY = 8000
LONG = "a quiet harbour at night, " * 20


@pytest.fixture(scope="module")
def crowded_file(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight thousand finished jobs, half of them Alice's; to be read, not changed."""
    path = tmp_path_factory.mktemp("gallery") / "crowded.db"
    shutil.copy(migrated_file, path)
    rows = [
        row(
            number,
            member_id=ALICE if number % 2 else 1000 + number % 50,
            character_id=f"c{number % 40}",
            prompt=LONG + ("ein FÜCHSCHEN" if number == 7 else ""),
        )
        for number in range(1, MANY + 1)
    ]

    async def make() -> None:
        database = Database(url_of(path))
        await fill(database, rows)
        await database.close()

    asyncio.run(make())
    return path


@pytest_asyncio.fixture
async def crowded(crowded_file: Path) -> AsyncIterator[Database]:
    database = Database(url_of(crowded_file))
    yield database
    await database.close()


def plan(connection: Connection, wanted: Wanted, *, newer: bool) -> str:
    """How SQLite would find it."""
    mark = gallery._Mark(NOW + 5000, "job0005000")
    compiled = statement(wanted, mark, newer=newer).compile(
        dialect=sqlite.dialect(),
        compile_kwargs={"literal_binds": True},
    )
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
    return "\n".join(str(each[3]) for each in rows)


OF_MEMBER = "ix_jobs_member (member_id=? AND server_id=? AND created_at"
OF_CHARACTER = "ix_jobs_character (character_id=? AND created_at"


@pytest.mark.parametrize("newer", [False, True])
@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(SERVER, ALICE, ALICE), OF_MEMBER),
        (Wanted(SERVER, BOB, ALICE, mode=Mode.IMAGINE), OF_MEMBER),
        (Wanted(SERVER, BOB, ALICE, words="fox", first=date(2027, 1, 15)), OF_MEMBER),
        (Wanted(SERVER, BOB, None, "c7"), OF_CHARACTER),
        (Wanted(SERVER, BOB, None, "c7", last=date(2027, 1, 16)), OF_CHARACTER),
    ],
)
async def test_an_index_finds_the_next_page_among_many_jobs(
    crowded: Database, wanted: Wanted, index: str, newer: bool
) -> None:
    async with crowded.read() as connection:
        found = await connection.run_sync(plan, wanted, newer=newer)
    assert f"SEARCH jobs USING INDEX {index}" in found
    assert "SCAN" not in found
    assert "USE TEMP B-TREE FOR ORDER BY" not in found  # at most for ties: the last term alone


async def test_the_last_page_of_many_jobs_costs_what_the_first_one_costs(
    crowded: Database,
) -> None:
    """Work is counted, since time on a busy machine says nothing."""

    async def steps(mark: gallery._Mark | None) -> int:
        counted = 0

        def count() -> int:
            nonlocal counted
            counted += 1
            return 0

        async with crowded.read() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.set_progress_handler(count, 10)
            await connection.execute(statement(Wanted(SERVER, ALICE, ALICE), mark, newer=False))
            await driver.set_progress_handler(None, 10)
        return counted

    first, late = await steps(None), await steps(gallery._Mark(NOW + 200, "job0000200"))
    assert 0 < late <= first * 1.2


async def test_words_are_found_in_the_oldest_of_thousands_of_prompts(crowded: Database) -> None:
    wanted = Wanted(SERVER, ALICE, ALICE, words="füchschen ein")
    page = await Gallery(crowded).page(wanted, Eyes())
    assert ids(page) == ["job0000007"]
    assert page.older is None


async def test_a_press_reads_so_many_prompts_and_the_next_goes_on_there(
    crowded: Database,
) -> None:
    wanted = Wanted(SERVER, ALICE, ALICE, words="füchschen")
    with mock.patch.object(gallery, "MOST_READ", 3000):
        first = await Gallery(crowded).page(wanted, Eyes())
        assert (ids(first), first.unfinished) == ([], True)
        second = await Gallery(crowded).page(wanted, Eyes(), start=first.older)
    assert ids(second) == ["job0000007"]
