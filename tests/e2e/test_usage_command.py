"""`python -m bot usage`: what was sent to API in One, from the database alone."""

import csv
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from bot.__main__ import main
from bot.jobs.states import Failure, State
from bot.storage.database import Database
from bot.storage.migrate import migrate
from sandbox.bot_process import start_python
from tests.storage.books import Books, Clock, url_of
from tests.storage.samples import MULTISHOT

SERVER, OTHER = 1_100_000_000_000_000_001, 1_100_000_000_000_000_002
BEGAN = datetime(2026, 10, 30, 12, tzinfo=UTC).timestamp()
DAY = 86_400.0


@dataclass(frozen=True)
class Ended:
    """How the command ended, and what it wrote."""

    code: int | None
    text: str


async def usage(folder: Path, *more: str, **settings: str) -> Ended:
    """Run it with neither token nor key."""
    given = {"DATABASE_URL": url_of(folder / "shotlist.db"), **settings}
    process = await start_python(("-m", "bot", "usage", *more), given, cwd=folder)
    output, _ = await process.communicate()
    return Ended(process.returncode, output.decode())


@pytest_asyncio.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    """Four days of jobs from 2026-10-30 on; still open, as a bot that runs has it."""
    clock = Clock(BEGAN)
    async with Books(tmp_path / "shotlist.db", clock=clock) as books:
        await migrate(books.database)
        for _day in range(4):
            await books.job(State.DONE, server=SERVER)
            await books.job(State.UNCONFIRMED, MULTISHOT, server=OTHER)
            failed = await books.job(State.RUNNING, server=0)
            await books.store.failed(failed.id, State.RUNNING, Failure.TASK_FAILED, None)
            await books.job(State.CANCELLED, server=SERVER)
            clock.advance(DAY)
        yield books


async def test_a_period_is_read_while_a_bot_writes_and_leaves_the_database_as_it_is(
    books: Books,
) -> None:
    before = await books.dump()
    ended = None
    with pytest.raises(_TakenBackError):
        async with books.database.write() as connection:
            await connection.execute(text("DELETE FROM ledger"))  # not seen before its end
            ended = await usage(books.path.parent, "--from", "2026-10-31", "--to", "2026-11-01")
            raise _TakenBackError
    assert ended is not None
    assert ended.code == 0, ended.text
    assert "from 2026-10-31 to 2026-11-01 (UTC)" in ended.text
    lines = [line.split() for line in ended.text.splitlines()]
    assert [str(SERVER), "2", "0", "12", "12"] in lines
    assert [str(OTHER), "2", "2", "32", "0"] in lines
    assert ["direct", "messages", "2", "0", "12", "0"] in lines
    assert ["2026-10-31", "3", "1", "28", "6"] in lines
    assert ["multishot", "2", "2", "32", "0"] in lines
    assert lines.count(["all", "6", "2", "56", "12"]) == 3
    assert await books.dump() == before


class _TakenBackError(Exception):
    """Ends a transaction that is not to be kept."""


async def test_a_month_as_csv_and_as_json_is_the_same(books: Books) -> None:
    folder = books.path.parent
    ended = await usage(folder, "--month", "2026-10", "--format", "csv")
    assert ended.code == 0, ended.text
    rows = list(csv.DictReader(ended.text.splitlines()))
    assert {row["day"] for row in rows} == {"2026-10-30", "2026-10-31"}
    ended = await usage(folder, "--month", "2026-10", "--format", "json")
    found = json.loads(ended.text)
    assert found["total"] == {"requests": 6, "unconfirmed": 2, "credits": 56, "charged": 12}
    for column in found["total"]:
        assert sum(int(row[column]) for row in rows) == found["total"][column]
    assert found["budget"] is None


async def test_without_a_period_it_is_the_present_month_and_says_what_of_the_budget_is_used(
    tmp_path: Path,
) -> None:
    async with Books(tmp_path / "shotlist.db", clock=Clock(datetime.now(UTC).timestamp())) as books:
        await migrate(books.database)
        await books.job(State.DONE)
        await books.job(State.QUEUED)
        ended = await usage(tmp_path, MONTHLY_CREDIT_BUDGET="24")
        assert ended.code == 0, ended.text
        assert "Budget of this month: 6 of 24 credits (25 %) are used; 6 more wait" in ended.text
        found = json.loads((await usage(tmp_path, "--format", "json")).text)
        assert found["from"] == f"{datetime.now(UTC):%Y-%m}-01"
        assert found["total"]["credits"] == 6


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--month", "2026-13"), '"2026-13" is no month such as 2026-11'),
        (("--month", "9999-12"), "is no month"),
        (("--from", "yesterday"), '"yesterday" is no day such as 2026-11-30'),
        (("--to", "2026-11-01"), "--to needs --from beside it"),
        (("--from", "2026-11-02", "--to", "2026-11-01"), "is before --from 2026-11-02"),
        (("--month", "2026-11", "--from", "2026-11-01"), "not allowed with argument --month"),
        (("--format", "xml"), "choose from"),
    ],
)
def test_what_cannot_be_meant_is_said(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], why: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["usage", *arguments])
    assert ended.value.code == 2
    assert why in capsys.readouterr().err


async def test_where_there_is_no_database_none_is_made(tmp_path: Path) -> None:
    ended = await usage(tmp_path)
    assert ended.code == 1
    assert ended.text.startswith("there is no database at ")
    assert _names(tmp_path) == []


@pytest.mark.parametrize("content", [b"", b"no database at all" * 1000])
async def test_what_is_no_database_of_this_version_is_one_sentence(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "shotlist.db").write_bytes(content)
    ended = await usage(tmp_path)
    assert ended.code == 1
    assert len(ended.text.splitlines()) == 1
    assert "Traceback" not in ended.text


async def test_a_backup_is_read_where_it_lies(books: Books, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    await books.database.close()
    shutil.copy(books.path, folder / "shotlist.db")
    ended = await usage(folder, "--month", "2026-10")
    assert ended.code == 0, ended.text
    assert _names(folder) == ["shotlist.db"]


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_an_older_database_is_named_with_what_to_do(tmp_path: Path) -> None:
    database = Database(url_of(tmp_path / "shotlist.db"))
    await database.open()
    await migrate(database)
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    await database.close()
    ended = await usage(tmp_path)
    assert ended.code == 1
    assert "python -m bot migrate" in ended.text
