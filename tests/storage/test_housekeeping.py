"""What is too old is forgotten; a database that does not answer is no reason to stop."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.delivery.fit import ResultFile
from bot.delivery.media import MediaFolder
from bot.housekeeping import Housekeeping
from bot.references import PreparedReference
from tests.storage.books import Books

DAYS = 90
DAY = 86_400.0
PICTURE = PreparedReference(b"a picture", "image/png", 400, 300, "a" * 64, converted=False)
RESULT = ResultFile("shotlist-1.png", b"a result", 64, 64, "image/png")


async def housekeeping(books: Books, folder: Path) -> tuple[Housekeeping, MediaFolder]:
    media = MediaFolder(folder, max_bytes=10_000, clock=books.clock)
    await media.open()
    keeper = Housekeeping(
        references=books.files, drafts=books.drafts, media=media, days=DAYS, clock=books.clock
    )
    return keeper, media


async def test_references_and_images_are_forgotten_after_the_same_days(
    books: Books, tmp_path: Path
) -> None:
    keeper, media = await housekeeping(books, tmp_path / "media")
    await books.files.keep(PICTURE)
    await media.save("job1", [RESULT])
    books.clock.advance(DAYS * DAY)
    await keeper.tidy()
    assert await books.files.load(PICTURE.sha256) == PICTURE.data
    assert await media.load("job1") == [RESULT]

    books.clock.advance(1)
    with capture_logs() as logs:
        await keeper.tidy()
    assert await books.files.load(PICTURE.sha256) is None
    assert await media.load("job1") is None
    assert [(each["references"], each["results"]) for each in logs] == [(1, 1)]


async def test_a_failure_is_logged_and_the_next_round_comes(
    books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper, _media = await housekeeping(books, tmp_path / "media")
    monkeypatch.setattr("bot.housekeeping.EVERY_SECONDS", 0)
    async with books.database.write() as connection:
        await connection.exec_driver_sql("ALTER TABLE reference_files RENAME TO elsewhere")
    with capture_logs() as logs:
        running = asyncio.create_task(keeper.run())
        async with asyncio.timeout(10):
            while len(logs) < 2:  # noqa: ASYNC110 — a log tells nobody
                await asyncio.sleep(0.002)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert {each["event"] for each in logs} == {"tidying up failed"}
    assert running.cancelled()
