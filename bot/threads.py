"""Threads in which pictures and settings hold, step by step, so that a step can be undone."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.reference_files import drop, hold
from bot.storage.database import Database
from bot.storage.schema import thread_steps, threads
from bot.wishes import Preset, preset_record, read_preset


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread in Discord and what holds in it after ``steps`` steps.

    ``root_message_id`` is the message that it was opened on, ``None`` where it was there before;
    ``sheet_message_id`` the message in it that says what holds.
    """

    id: int
    server_id: int
    root_message_id: int | None
    sheet_message_id: int | None
    steps: int
    preset: Preset


class Threads:
    """All threads that were ever told what holds in them."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def get(self, thread_id: int) -> Thread | None:
        """What holds in that thread; ``None`` where nobody has said."""
        async with self._database.read() as connection:
            return await _read(connection, threads.c.id == thread_id)

    async def opened_on(self, message_id: int) -> Thread | None:
        """The thread that was opened on this message."""
        async with self._database.read() as connection:
            return await _read(connection, threads.c.root_message_id == message_id)

    async def step(
        self,
        thread_id: int,
        server_id: int,
        member_id: int,
        preset: Preset,
        *,
        root_message_id: int | None = None,
    ) -> Thread:
        """From now on ``preset`` holds in the thread, as this member wished."""
        async with self._database.write() as connection:
            known = await _read(connection, threads.c.id == thread_id)
            if known is None:
                await connection.execute(
                    insert(threads).values(
                        id=thread_id,
                        server_id=server_id,
                        root_message_id=root_message_id,
                        created_at=self._clock(),
                    )
                )
            number = 1 if known is None else known.steps + 1
            await connection.execute(
                insert(thread_steps).values(
                    thread_id=thread_id,
                    number=number,
                    member_id=member_id,
                    preset=preset_record(preset),
                    at=self._clock(),
                )
            )
            await hold(connection, _holder(thread_id, number), preset.references)
            return await _known(connection, thread_id)

    async def undo(self, thread_id: int) -> Thread | None:
        """Go back one step; ``None`` where there is none to go back to."""
        async with self._database.write() as connection:
            known = await _read(connection, threads.c.id == thread_id)
            if known is None or known.steps <= 1:
                return None
            await connection.execute(
                delete(thread_steps).where(
                    thread_steps.c.thread_id == thread_id, thread_steps.c.number == known.steps
                )
            )
            await drop(connection, _holder(thread_id, known.steps))
            return await _known(connection, thread_id)

    async def sheet_posted(self, thread_id: int, message_id: int) -> None:
        """The message that says what holds is there."""
        async with self._database.write() as connection:
            await connection.execute(
                update(threads).where(threads.c.id == thread_id).values(sheet_message_id=message_id)
            )


async def _known(connection: AsyncConnection, thread_id: int) -> Thread:
    found = await _read(connection, threads.c.id == thread_id)
    if found is None:
        raise LookupError(f"there is no thread {thread_id}")
    return found


async def _read(connection: AsyncConnection, condition: ColumnElement[bool]) -> Thread | None:
    last = (
        select(func.max(thread_steps.c.number))
        .where(thread_steps.c.thread_id == threads.c.id)
        .correlate(threads)
        .scalar_subquery()
    )
    found = await connection.execute(
        select(threads, thread_steps.c.number, thread_steps.c.preset)
        .join(thread_steps, thread_steps.c.thread_id == threads.c.id)
        .where(condition, thread_steps.c.number == last)
    )
    row = found.mappings().one_or_none()
    if row is None:
        return None
    return Thread(
        row["id"],
        row["server_id"],
        row["root_message_id"],
        row["sheet_message_id"],
        row["number"],
        read_preset(row["preset"]),
    )


def _holder(thread_id: int, number: int) -> str:
    return f"thread-{thread_id}-{number}"
