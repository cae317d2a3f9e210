"""An engine whose database takes nothing: it does not spin, tells the log once, and goes on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.jobs.job import Job
from bot.jobs.states import State
from bot.storage.database import Database
from tests.jobs.studio import Studio
from tests.pictures import picture, save
from tests.storage.books import Books, Clock, url_of
from tests.storage.failing import locked
from tests.storage.samples import IMAGINE, MULTISHOT

A_MINUTE = 60.0
# The first pauses are two and four seconds; a minute has room for about six tries of one step,
# and for twelve where the queue is looked at every five seconds.
MOST_TRIES = 15


class SharedTime(Clock):
    """Time that passes while anybody waits; who waits at the same moment waits together."""

    async def sleep(self, seconds: float) -> None:
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)

    async def wait_for_news(self, news: asyncio.Event, seconds: float) -> None:
        """The engine's wait, in this time."""
        if not news.is_set():
            await self.sleep(seconds)


class CountingDatabase(Database):
    """Counts who begins to write."""

    def __init__(self, path: Path) -> None:
        super().__init__(url_of(path))
        self.tries = 0

    @asynccontextmanager
    async def write(self, *, brief: bool = False) -> AsyncIterator[AsyncConnection]:
        self.tries += 1
        async with super().write(brief=brief) as connection:
            yield connection


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> SharedTime:
    """The time of the engine; who finds the database locked is told at once."""
    time = SharedTime()
    monkeypatch.setattr("bot.jobs.engine.wait_for_news", time.wait_for_news)
    monkeypatch.setattr("bot.storage.database.BUSY_TIMEOUT_MS", 1)
    monkeypatch.setattr("bot.storage.database.PATIENT_TRIES", 1)
    return time


Given = Callable[[Studio], Awaitable[Job]]


def told(logs: list[EventDict]) -> list[str]:
    """What an operator reads of it at the usual level."""
    return [each["event"] for each in logs if each["log_level"] not in ("debug", "info")]


async def waiting(studio: Studio) -> Job:
    """A job whose turn it is."""
    job = (await studio.books.submit(IMAGINE)).job
    await studio.store.placed(job.id, 1)
    return job


async def unready(studio: Studio) -> Job:
    """A job whose reference must be fetched and kept first."""
    (reference,) = MULTISHOT.references
    assert reference.url is not None
    studio.downloader.files[reference.url] = save(picture(400, 400), "PNG")
    job = (await studio.books.submit(MULTISHOT)).job
    await studio.store.placed(job.id, 1)
    return job


async def finished(studio: Studio) -> Job:
    """A job whose task is done, which has to be recorded."""
    return await studio.books.job(State.RUNNING)


async def never_placed(studio: Studio) -> Job:
    """A job whose placeholder was posted and could not be recorded."""
    studio.screen.found = 4711
    job = (await studio.books.submit(IMAGINE)).job
    studio.clock.advance(1000)
    return job


@pytest.mark.parametrize("given", [waiting, unready, finished, never_placed])
async def test_a_locked_database_is_tried_seldom_told_of_once_and_gone_on_with(
    database_file: Path, tmp_path: Path, time: SharedTime, given: Given
) -> None:
    database = CountingDatabase(database_file)
    async with (
        Books(database_file, database=database, clock=time) as books,
        AsyncExitStack() as end,
    ):
        studio = Studio(books, tmp_path)
        end.push_async_callback(studio.engine.close)
        job = await given(studio)
        await studio.media.open()
        with capture_logs() as logs, locked(database_file):
            before, database.tries = time.now, 0
            await studio.engine.start([job] if job.state is State.RUNNING else [])
            await studio.until_true(
                lambda: time.now - before > A_MINUTE or database.tries > 2 * MOST_TRIES
            )
            tries = database.tries
        assert 1 <= tries <= MOST_TRIES
        assert told(logs) == ["the database fails"]
        await studio.wake(job)
        assert (await studio.until_ended(job)).state is State.DONE
        assert await books.problems() == ()
