"""What tests of a failing database have in common."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from structlog.typing import EventDict

from bot.storage.database import Database
from tests.storage.books import Clock, url_of


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program keeps the database to itself."""
    other = sqlite3.connect(path, isolation_level=None, timeout=10)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@asynccontextmanager
async def opened(path: Path, clock: Clock | None = None) -> AsyncIterator[Database]:
    """A database on this file; whatever comes of it, it is closed."""
    database = Database(url_of(path), clock=clock or Clock())
    try:
        await database.open()
        yield database
    finally:
        await database.close()


async def write(database: Database) -> None:
    """The smallest thing that is written."""
    async with database.write() as connection:
        await connection.exec_driver_sql("UPDATE jobs SET price = price WHERE id = 'nobody'")


def events(logs: list[EventDict]) -> list[str]:
    """What was told, in order."""
    return [each["event"] for each in logs]
