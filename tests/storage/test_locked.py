"""A database that another program locks: people are answered in time, and the log is told once."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

import bot.storage.database as module
from bot.errors import DatabaseFailingError, StorageError
from bot.storage.database import PROOF_SECONDS
from bot.storage.trouble import CALM_SECONDS
from bot.telemetry.health import HealthServer
from tests.storage.books import Books, Clock
from tests.storage.failing import events, locked, opened, write
from tests.unit.test_health import readiness

# Discord's limit for a first answer, in seconds.
DISCORDS_LIMIT = 3.0


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long."""
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MS", 20)
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.02)


# --- locked by another program ---


def test_who_waits_for_a_person_gives_up_in_time_for_an_answer() -> None:
    """The wait in the process's own queue and SQLite's own follow each other."""
    longest = module.ANSWER_SECONDS + module.BUSY_TIMEOUT_MS / 1000
    assert longest <= DISCORDS_LIMIT - 1.0


async def test_a_person_is_refused_while_the_engine_waits_on(
    impatient: None, database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENT_TRIES", 1_000_000)
    async with opened(database_file) as database:
        with locked(database_file):
            with pytest.raises(DatabaseFailingError, match=r"locked .*another program is using"):
                await write(database.hurried())
            engine = asyncio.create_task(write(database))
            await asyncio.sleep(0)  # now it stands first in this process's own queue
            for _time in range(5):  # longer than SQLite's own wait
                with pytest.raises(StorageError, match="too many others wait"):
                    await write(database.hurried())
        await engine
        await write(database.hurried())


async def test_reading_goes_on_while_another_program_writes(database_file: Path) -> None:
    async with Books(database_file) as books:
        job = await books.job()
        with locked(database_file):
            assert await books.store.get(job.id) == job
            assert (await books.balance()).held == job.price


async def test_nobody_waits_for_ever_for_a_connection(impatient: None, database_file: Path) -> None:
    async with opened(database_file) as database:
        everyone = asyncio.Event()
        busy = asyncio.Barrier(9)

        async def look() -> None:
            async with database.read():
                await busy.wait()
                await everyone.wait()

        looking = [asyncio.create_task(look()) for _number in range(8)]
        await busy.wait()
        with pytest.raises(StorageError, match="too many others wait"):
            await database.hurried().ping()
        everyone.set()
        await asyncio.gather(*looking)
        await database.hurried().ping()


# --- what an operator is told ---


async def test_the_log_tells_of_an_episode_once_and_of_its_end(
    impatient: None, database_file: Path
) -> None:
    clock = Clock()
    async with opened(database_file, clock) as database:
        with capture_logs() as logs:
            with locked(database_file):
                for _time in range(5):
                    with pytest.raises(DatabaseFailingError):
                        await write(database.hurried())
                    clock.advance(20)
            await write(database)
            await write(database)
    assert events(logs) == ["the database fails", "the database works again"]
    assert "another program is using" in logs[0]["reason"]
    assert (logs[1]["failures"], logs[1]["seconds"]) == (5, 100)


async def test_a_write_that_works_between_two_that_fail_ends_nothing(
    impatient: None, database_file: Path
) -> None:
    """So a disk that takes one write and not the next does not fill the log."""
    clock = Clock()
    async with opened(database_file, clock) as database:
        with capture_logs() as logs:
            for _time in range(10):
                with locked(database_file), pytest.raises(DatabaseFailingError):
                    await write(database.hurried())
                clock.advance(CALM_SECONDS - 1)
                await write(database)
            clock.advance(1)
            await write(database)
    assert events(logs) == ["the database fails", "the database works again"]


@contextmanager
def gone(path: Path) -> Iterator[None]:
    """Somebody moves the file away, and back."""
    aside = path.rename(path.with_name("aside.db"))
    try:
        yield
    finally:
        aside.rename(path)


async def test_the_log_tells_of_every_reason_of_an_episode_once(
    impatient: None, database_file: Path
) -> None:
    clock = Clock()
    async with opened(database_file, clock) as database:
        with capture_logs() as logs:
            for _episode in range(2):
                for _time in range(3):
                    with locked(database_file), pytest.raises(DatabaseFailingError):
                        await write(database.hurried())
                    with gone(database_file), pytest.raises(DatabaseFailingError):
                        await write(database)
                clock.advance(CALM_SECONDS)
                await write(database)
    episode = [
        "the database fails",
        "the database fails for another reason",
        "the database works again",
    ]
    assert events(logs) == [*episode, *episode]
    assert "another program is using" in logs[0]["reason"]
    assert "is gone" in logs[1]["reason"]


async def test_readiness_is_red_while_the_database_cannot_be_written_and_green_after_it(
    impatient: None, database_file: Path
) -> None:
    clock = Clock()
    async with opened(database_file, clock) as database:

        async def answers() -> bool:
            await database.hurried().probe()
            return True

        server = HealthServer(
            "127.0.0.1", 0, checks={"database": answers}, registry=CollectorRegistry()
        )
        await server.start()
        try:
            with capture_logs() as logs:
                assert await readiness(server) == ready(True)
                clock.advance(PROOF_SECONDS)
                with locked(database_file):
                    for _time in range(5):
                        assert await readiness(server) == ready(False)
                        clock.advance(10)
                assert await readiness(server) == ready(True)
        finally:
            await server.close()
    assert events(logs) == [
        "the database fails",
        "check failed",
        "the database works again",
        "check works again",
    ]


def ready(is_ready: bool) -> tuple[int, object]:
    status = 200 if is_ready else 503
    return status, {"ready": is_ready, "checks": {"database": is_ready}}


async def test_a_disk_that_is_nearly_full_is_not_ready(
    database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(database_file) as database:
        await database.probe()
        monkeypatch.setattr(module, "LEAST_ROOM", 10**18)
        with pytest.raises(DatabaseFailingError, match="MB are left on the disk of"):
            await database.probe()
        await write(database)


async def test_a_probe_writes_only_where_nothing_else_has_proven_it(database_file: Path) -> None:
    clock = Clock()
    log = Path(f"{database_file}-wal")
    async with opened(database_file, clock) as database:
        await database.probe()
        size = size_of(log)
        clock.advance(PROOF_SECONDS - 1)
        await database.probe()
        assert size_of(log) == size
        clock.advance(1)
        await database.probe()
        assert size_of(log) > size


def size_of(path: Path) -> int:
    return path.stat().st_size
