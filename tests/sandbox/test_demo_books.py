"""The bot's database, read by a program that shares no code with it."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from sandbox.web.books import Books

JOB = """
    INSERT INTO jobs (id, interaction_id, server_id, channel_id, message_id, member_id,
        interaction_token, token_expires_at, private, language, server_language, file_limit,
        mode, prompt, aspect_ratio, resolution, num_images, price, state, created_at)
    VALUES (:id, :number, 1, 1100000000000000030, :message, 1100000000000000021, 'secret token',
        0, 0, 'en', 'en', 1, 'imagine', :prompt, '1:1', '1k', 2, 6, 'queued', :number)
"""
HOLD = """
    INSERT INTO ledger (kind, job_id, server_id, member_id, credits, day, at)
    VALUES ('hold', :id, 1, 1100000000000000021, 6, '2026-11-24', :number)
"""
TOTAL = """
    INSERT INTO daily_totals (server_id, member_id, day, used, held)
    VALUES (1, 1100000000000000021, '2026-11-24', 12, 6)
"""


@pytest_asyncio.fixture
async def read(database_file: Path) -> AsyncIterator[Books]:
    books = Books(database_file)
    yield books
    await books.close()


def _write(path: Path, *numbers: int, prompt: str = "a fox") -> None:
    with sqlite3.connect(path) as database:
        for number in numbers:
            row = {"id": f"job{number:04}", "number": number, "message": None, "prompt": prompt}
            database.execute(JOB, row)
            database.execute(HOLD, row)
    database.close()


async def test_there_is_nothing_before_the_bot_has_made_its_database(tmp_path: Path) -> None:
    books = Books(tmp_path / "shotlist.db")
    nothing = {"ledger": [], "sums": {"used": 0, "held": 0}, "totals": [], "jobs": []}
    assert await books.read() == nothing
    assert not await books.have_changed()
    assert not (tmp_path / "shotlist.db").exists()
    sqlite3.connect(tmp_path / "shotlist.db").close()
    (tmp_path / "shotlist.db").touch()
    assert await books.read() == nothing
    await books.close()


async def test_rows_are_given_as_the_page_needs_them(read: Books, database_file: Path) -> None:
    _write(database_file, 1)
    with sqlite3.connect(database_file) as database:
        database.execute(TOTAL)
    database.close()
    found = await read.read()
    assert found["ledger"] == [
        {
            "id": 1,
            "kind": "hold",
            "job_id": "job0001",
            "member": "1100000000000000021",
            "credits": 6,
            "at": 1.0,
        }
    ]
    assert found["sums"] == {"used": 12, "held": 6}
    assert found["totals"] == [
        {"member": "1100000000000000021", "day": "2026-11-24", "used": 12, "held": 6}
    ]
    (job,) = found["jobs"]
    assert job["channel_id"] == "1100000000000000030"
    assert job["message_id"] is None
    assert (job["credits"], job["state"], job["private"]) == (6, "queued", False)
    assert "secret token" not in str(found)


async def test_the_newest_are_given_ledger_forwards_jobs_backwards(
    read: Books, database_file: Path
) -> None:
    _write(database_file, *range(1, 601))
    found = await read.read()
    assert [row["id"] for row in found["ledger"]] == list(range(101, 601))
    assert [job["created_at"] for job in found["jobs"]] == list(range(600, 500, -1))


async def test_a_long_prompt_is_cut(read: Books, database_file: Path) -> None:
    _write(database_file, 1, prompt="x" * 121)
    (job,) = (await read.read())["jobs"]
    assert job["prompt"] == "x" * 119 + "…"


async def test_what_another_program_writes_is_noticed_once(
    read: Books, database_file: Path
) -> None:
    assert await read.have_changed()
    assert not await read.have_changed()
    _write(database_file, 1)
    assert await read.have_changed()
    assert not await read.have_changed()
    _write(database_file, 2)
    assert len((await read.read())["jobs"]) == 2
    assert await read.have_changed()
