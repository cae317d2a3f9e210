"""A database that does not answer for a while loses no job and charges nobody twice."""

import sqlite3
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.jobs.states import State
from tests.jobs.studio import Studio, within
from tests.storage.books import Books
from tests.storage.samples import IMAGINE


class Lock:
    """Another process that writes, for as long as a test wants."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=0)

    async def taken(self) -> bool:
        """Let nobody else write; whether that was possible now."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        return True

    def free(self) -> None:
        """Let the others write again."""
        self._connection.execute("ROLLBACK")
        self._connection.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for another's transaction, so that it fails where it would wait."""
    monkeypatch.setattr("bot.storage.database.BUSY_TIMEOUT_MS", 5)


@pytest.mark.parametrize("where", ["post", "question", "download", "deliver"])
async def test_a_step_is_insisted_on_until_it_is_kept(
    books: Books, tmp_path: Path, where: str
) -> None:
    """The lock is taken while the job is out of house, so that what it brings cannot be kept."""
    async with Studio(books, tmp_path) as studio:
        door = {
            "post": studio.provider.post,
            "question": studio.provider.question,
            "download": studio.downloader.door,
            "deliver": studio.screen.doors["deliver"],
        }[where]
        door.shut()
        job = await studio.ask()
        await within(door.reached.wait())
        lock = Lock(books.path)
        await studio.until(lock.taken)
        with capture_logs() as logs:
            door.open.set()
            await studio.until_true(
                lambda: sum("database does not answer" in each["event"] for each in logs) >= 2
            )
            lock.free()
            done = await studio.until_ended(job)
        assert done.state is State.DONE
        assert len(studio.provider.submissions) == 1
        assert studio.screen.hows(job.id).count("deliver") == 1
        assert (await books.balance()).used == IMAGINE.price
        assert await books.problems() == ()


async def test_the_queue_waits_for_a_database_and_goes_on(books: Books, tmp_path: Path) -> None:
    job = await books.job()
    lock = Lock(books.path)
    assert await lock.taken()
    with capture_logs() as logs:
        async with Studio(books, tmp_path) as studio:
            await studio.until_true(
                lambda: any("database does not answer" in each["event"] for each in logs)
            )
            lock.free()
            await studio.wake(job)
            assert (await studio.until_ended(job)).state is State.DONE
