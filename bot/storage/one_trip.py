"""SQLite's driver with one trip to its thread for a statement, in place of four.

aiosqlite runs a connection in a thread of its own, and SQLAlchemy goes there for a statement's
cursor, for running it, for its rows and for closing the cursor. Each time two threads wake each
other, which costs more than what SQLite does meanwhile.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Final, Self, TypeVar

import aiosqlite
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
Row = Sequence[Any]

# So many rows come back with the statement itself; whoever wants more goes again.
FIRST_ROWS: Final = 256


def connect(database: str, **options: Any) -> "OneTripConnection":  # noqa: ANN401 - as they come
    """A connection to be awaited; the arguments are those of ``sqlite3.connect``."""
    return OneTripConnection(lambda: sqlite3.connect(database, **options), iter_chunk_size=64)


class OneTripConnection(aiosqlite.Connection):
    """What SQLAlchemy uses as a connection of aiosqlite."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], iter_chunk_size: int) -> None:
        super().__init__(connector, iter_chunk_size)
        self._thread.daemon = True  # SQLAlchemy sees to that only for what it makes itself
        self._idle = True
        # Set in a transaction that may write and has small statements only: they are run where
        # they are called, until it ends.
        self.in_place = False

    def cursor(self) -> "OneTripCursor":  # type: ignore[override]
        """A cursor, without asking the thread for one."""
        return OneTripCursor(self)

    async def commit(self) -> None:
        """Commit, in the thread: it waits for the disk."""
        self.in_place = False
        await super().commit()

    async def rollback(self) -> None:
        """Roll back, where there is anything to.

        SQLAlchemy does when a connection is given back, which is mostly right after a commit.
        """
        self.in_place = False
        if not self._idle or self.in_transaction:
            await super().rollback()

    async def run(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """What ``function`` returns for the connection, in the connection's thread.

        In this one where that was asked for and the thread has nothing to do.
        """
        if self.in_place and self._idle:
            return function(self._conn)
        result: T = await self._execute(function, self._conn)
        return result

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - aiosqlite's
        # Who is cancelled here leaves the thread at work, which may begin a transaction yet. It
        # does one after the other: once something has come back, nothing before it goes on.
        self._idle = False
        try:
            result = await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        except Exception:
            self._idle = True
            raise
        self._idle = True
        return result


class OneTripCursor:
    """Runs a statement and brings its first rows back; for most there are no more."""

    arraysize = 1

    def __init__(self, connection: OneTripConnection) -> None:
        self._connection = connection
        self._rows: list[Row] = []
        self._open: sqlite3.Cursor | None = None
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Any = ()) -> Self:  # noqa: ANN401 - sqlite3's
        """Run ``sql``."""
        return await self._run(lambda connection: connection.execute(sql, parameters))

    async def executemany(self, sql: str, parameters: Any) -> Self:  # noqa: ANN401 - sqlite3's
        """Run ``sql`` for each of ``parameters``."""
        return await self._run(lambda connection: connection.executemany(sql, parameters))

    async def fetchone(self) -> Row | None:
        """The next row; ``None`` after the last."""
        return next(iter(await self.fetchmany(1)), None)

    async def fetchmany(self, size: int | None = None) -> list[Row]:
        """The next rows; none after the last."""
        wanted = size or self.arraysize
        cursor, missing = self._open, wanted - len(self._rows)
        if cursor is not None and missing > 0:
            self._rows += await self._connection.run(lambda _: cursor.fetchmany(missing))
        rows, self._rows = self._rows[:wanted], self._rows[wanted:]
        return rows

    async def fetchall(self) -> list[Row]:
        """All rows that are left."""
        cursor = self._open
        if cursor is not None:
            self._rows += await self._connection.run(lambda _: cursor.fetchall())
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Forget what is left."""
        self._rows = []
        cursor, self._open = self._open, None
        if cursor is not None:
            await self._connection.run(lambda _: cursor.close())

    async def _run(self, function: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> Self:
        def first(connection: sqlite3.Connection) -> tuple[sqlite3.Cursor, list[Row]]:
            cursor = function(connection)
            return cursor, cursor.fetchmany(FIRST_ROWS)

        cursor, self._rows = await self._connection.run(first)
        self.description, self.rowcount = cursor.description, cursor.rowcount
        self.lastrowid = cursor.lastrowid
        # After its last row SQLite has closed the statement by itself.
        self._open = cursor if len(self._rows) == FIRST_ROWS else None
        return self


def run_in_place(connection: AsyncConnection) -> None:
    """Have the statements of the transaction that ``connection`` has begun run without a trip.

    For small ones while it may write, which wait for no lock: the trip costs more than they do,
    and each ends when the loop has come round. Beginning and committing can wait, and go to the
    thread.
    """
    driver = getattr(connection.sync_connection, "connection", None)
    held = getattr(driver, "driver_connection", None)
    if isinstance(held, OneTripConnection):
        held.in_place = True
