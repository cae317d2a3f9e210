"""The database: transactions that end whole, whatever is cancelled around them."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.errors import StorageError

T = TypeVar("T")

# How long SQLite waits for another process's transaction before it gives up, in milliseconds.
BUSY_TIMEOUT_MS = 5_000
_WRITES = "shotlist_writes"


class Database:
    """Connections to the database at ``url``; open it before use, close it after.

    ``write()`` and ``read()`` are the only ways in. Both raise ``StorageError`` for whatever
    the database refuses.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        # One writer at a time: SQLite allows no more, and a queue here is fair and does not spin.
        self._writing = asyncio.Lock()
        self._engine = create_async_engine(self.url, pool_size=8, max_overflow=0)
        if self.url.get_backend_name() == "sqlite":
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self._engine.sync_engine, "begin", _begin_sqlite)

    async def open(self) -> None:
        """Make the folder of a new SQLite file, and prove that the database answers."""
        if self.url.get_backend_name() == "sqlite" and self.url.database:
            try:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StorageError(f"the database's folder cannot be made: {error}") from error
        await self.ping()

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    async def ping(self) -> None:
        """Raise ``StorageError`` unless the database answers."""
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Run the block in one transaction: all of it is kept, or nothing.

        Being cancelled inside the block rolls back; being cancelled while the commit is under
        way waits for its end, so that nobody has to guess whether it happened.
        """
        async with self._writing, self._connection(writes=True) as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Run the block on one consistent snapshot."""
        async with self._connection(writes=False) as connection:
            yield connection

    @asynccontextmanager
    async def _connection(self, *, writes: bool) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.connect() as connection:
                await connection.execution_options(**{_WRITES: writes})
                transaction = await connection.begin()
                try:
                    yield connection
                except BaseException:
                    await to_the_end(transaction.rollback())
                    raise
                await to_the_end(transaction.commit())
        except SQLAlchemyError as error:
            # The statement's parameters can hold tokens: only the driver's own words are kept.
            cause = getattr(error, "orig", None) or type(error).__name__
            raise StorageError(f"the database refused: {cause}") from error


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Await ``work`` to its end even when cancelled meanwhile; the cancellation follows then."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            if task.cancelled():
                raise
            cancelled = error
        except Exception:  # noqa: BLE001 — raised again by task.result() below
            break
    if cancelled is not None:
        task.exception()
        raise cancelled
    return task.result()


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite says which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    # FULL: a committed hold survives a loss of power, not only a killed process.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
