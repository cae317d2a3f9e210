"""The database: transactions that end whole, whatever is cancelled around them."""

import asyncio
import copy
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from sqlalchemy import URL, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.errors import DatabaseFailingError, StorageError
from bot.storage.database_file import DatabaseFile
from bot.storage.one_trip import connect, run_in_place
from bot.storage.schema import reference_files
from bot.storage.sqlite import (
    DAMAGE,
    WRITES,
    advice,
    begin,
    find_damage,
    forget_read_only,
    prepare,
    primary_code,
)
from bot.storage.trouble import Trouble

T = TypeVar("T")

# How long SQLite waits for another process's transaction before it gives up, in milliseconds,
# and how often a writer that nobody waits for lets it.
BUSY_TIMEOUT_MS = 500
PATIENT_TRIES: Final = 10
# How long a writer that a person waits for stands in this process's own queue, in seconds. With
# SQLite's wait it leaves a second of the three in which Discord wants an answer.
ANSWER_SECONDS: Final = 1.5
# Bytes left on the disk below which it counts as full: a few jobs with large references need more.
LEAST_ROOM = 32_000_000
# For so many seconds a commit is proof enough that the database can be written.
PROOF_SECONDS: Final = 30.0


class Database:
    """Connections to the database at ``url``; open it before use, close it after.

    ``write()`` and ``read()`` are the only ways in. Both raise ``StorageError`` for whatever
    the database refuses, and ``DatabaseFailingError`` where it does not work. ``clock`` gives
    seconds that never go back. A database that is ``read_only`` is left as it is, to the byte.
    """

    def __init__(
        self,
        url: str | URL,
        *,
        read_only: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = make_url(url)
        self._read_only = read_only
        self._hurried = False
        self._trouble = Trouble(clock)
        # One writer at a time: SQLite allows no more, and a queue here is fair and does not spin.
        # Those whom nobody waits for queue among themselves first: one of them at a time stands in
        # line with the people, who would otherwise wait for all that the jobs under way record.
        self._writing = asyncio.Lock()
        self._writing_unhurried = asyncio.Lock()
        is_sqlite = self.url.get_backend_name() == "sqlite"
        self._file = DatabaseFile(Path(self.url.database or "")) if is_sqlite else None
        address = self._file.url(self.url) if self._file else self.url
        self._engine = create_async_engine(
            address,
            pool_size=8,
            max_overflow=0,
            connect_args={"async_creator_fn": connect} if is_sqlite else {},
        )
        self._reading = self._engine.execution_options(**{WRITES: False})
        if self._file:
            event.listen(self._engine.sync_engine, "connect", self._prepare_sqlite)
            event.listen(self._engine.sync_engine, "begin", begin)
            event.listen(self._engine.sync_engine, "handle_error", forget_read_only)

    def hurried(self) -> Self:
        """The same database for those whom a person waits for.

        Whoever cannot begin within about two seconds is refused; ``write()`` is, too, once the
        database was seen to be damaged.
        """
        hurried = copy.copy(self)
        hurried._hurried = True
        return hurried

    async def open(self) -> None:
        """Make the file where there is none, and prove that the database answers and is whole.

        Raises ``StorageError`` in a sentence for its operator. The bytes of references are not
        looked through, which would take long; a backup does.
        """
        if self._file and not self._read_only:
            self._file.make()
        await self.ping()
        await self.prove_whole(leave_out={reference_files.name})

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    async def ping(self) -> None:
        """Raise ``StorageError`` unless the database can be read."""
        async with self.read() as connection:
            # SQLite would answer with a constant without looking at its file
            source = " FROM sqlite_schema" if self._file else ""
            await connection.execute(text(f"SELECT count(*){source}"))

    async def prove_whole(self, *, leave_out: Collection[str] = ()) -> None:
        """Raise ``StorageError`` for a damaged file. The pages of some tables can be left out."""
        if not self._file:
            return
        async with self.read() as connection:
            damage = await find_damage(connection, leave_out=leave_out)
        if damage is not None:
            words = f"the database refused: {damage}"
            raise self._failing(words, sqlite3.SQLITE_CORRUPT) or StorageError(words)

    async def probe(self) -> None:
        """Raise ``StorageError`` unless the database can be read and written just now.

        A disk that is nearly full counts as one that is: it may still take the one page that is
        written here, and not a job.
        """
        if self._trouble.damage:
            raise DatabaseFailingError(self._trouble.damage)
        if self._file:
            self._file.check_room(LEAST_ROOM)
        if not self._file or self._trouble.proven_for(PROOF_SECONDS):
            await self.ping()
            return
        async with self.write() as connection:
            # A page is written, and says what it said before.
            kept = (await connection.exec_driver_sql("PRAGMA user_version")).scalar_one()
            await connection.exec_driver_sql(f"PRAGMA user_version = {int(kept)}")

    @asynccontextmanager
    async def write(self, *, brief: bool = False) -> AsyncIterator[AsyncConnection]:
        """Run the block in one transaction: all of it is kept, or nothing.

        ``brief``: every statement in it is over in a moment, and the block waits for nothing
        else. It is run in one go then, so that no other writer waits while this one waits for its
        turn in a busy process: SQLite has one writer at a time.

        Being cancelled inside the block rolls back; being cancelled while the commit is under
        way waits for its end, so that nobody has to guess whether it happened.
        """
        if self._hurried and self._trouble.damage:
            raise DatabaseFailingError(self._trouble.damage)
        async with self._connection(writes=True) as connection:
            if brief:
                run_in_place(connection)
            yield connection
        self._trouble.committed()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Run the block on one consistent snapshot."""
        async with self._connection(writes=False) as connection:
            yield connection

    @asynccontextmanager
    async def _connection(self, *, writes: bool) -> AsyncIterator[AsyncConnection]:
        try:
            async with AsyncExitStack() as stack:
                connection = await self._turn(stack, writes=writes)
                await self._begin(connection)
                if not writes:
                    yield connection
                    return  # a snapshot ends with its connection: nothing is kept
                try:
                    if self._file:
                        self._file.check_log()
                    yield connection
                except BaseException:
                    await to_the_end(connection.rollback())
                    raise
                await to_the_end(connection.commit())
        except DatabaseFailingError as error:
            self._trouble.failed(str(error))
            raise
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise self._refusal(error) from error

    async def _turn(self, stack: AsyncExitStack, *, writes: bool) -> AsyncConnection:
        """A connection, for a writer the only one that writes; given back with ``stack``."""
        if self._file:
            self._file.check()
        try:
            async with asyncio.timeout(ANSWER_SECONDS if self._hurried else None):
                if writes and not self._hurried:
                    await stack.enter_async_context(self._writing_unhurried)
                if writes:
                    await stack.enter_async_context(self._writing)
                engine = self._engine if writes else self._reading
                return await stack.enter_async_context(engine.connect())
        except TimeoutError as error:
            raise StorageError("too many others wait for the database") from error

    async def _begin(self, connection: AsyncConnection) -> None:
        for _try in range(0 if self._hurried else PATIENT_TRIES - 1):
            try:
                await connection.begin()
            except DBAPIError as error:
                if primary_code(error.orig) != sqlite3.SQLITE_BUSY:
                    raise
            else:
                return
        await connection.begin()

    def _refusal(self, error: SQLAlchemyError | sqlite3.Error) -> StorageError:
        """What is raised in place of a driver's error."""
        # The statement's parameters can hold tokens: only the driver's own words are kept.
        cause = error if isinstance(error, sqlite3.Error) else getattr(error, "orig", None)
        words = f"the database refused: {cause or type(error).__name__}"
        return self._failing(words, primary_code(cause)) or StorageError(words)

    def _failing(self, words: str, code: int | None) -> DatabaseFailingError | None:
        """A failure of the database itself, noted; ``None`` for any other kind of error."""
        advised = advice(code, self._file.path) if self._file else None
        if advised is None:
            return None
        failing = DatabaseFailingError(f"{words} ({advised})")
        self._trouble.failed(str(failing), kind=advised, damaged=code in DAMAGE)
        return failing

    def _prepare_sqlite(self, connection: DBAPIConnection, _record: object) -> None:
        has_log = prepare(connection, busy_timeout_ms=BUSY_TIMEOUT_MS, read_only=self._read_only)
        if self._file:
            self._file.has_log = has_log


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
