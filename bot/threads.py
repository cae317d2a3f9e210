"""Threads in which pictures and settings hold, step by step, so that a step can be undone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import PersonError
from bot.jobs.job import Job
from bot.jobs.records import read_jobs
from bot.jobs.reference_files import drop, hold
from bot.jobs.states import State
from bot.language import _
from bot.storage.database import Database
from bot.storage.schema import jobs, thread_steps, threads
from bot.wishes import Preset, preset_record, read_preset


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread in Discord and what holds in it after ``steps`` steps.

    ``root_message_id`` is the message that it was opened on, ``None`` where it was there before;
    ``sheet_message_id`` the message in it that says what holds. The last step is that of
    ``member_id``, ``changed_at`` seconds since 1970.
    """

    id: int
    server_id: int
    root_message_id: int | None
    sheet_message_id: int | None
    steps: int
    preset: Preset
    member_id: int
    changed_at: float


class Threads:
    """All threads that were ever told what holds in them."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    # --- reading ---

    async def get(self, thread_id: int) -> Thread | None:
        """What holds in that thread; ``None`` where nobody has said."""
        async with self._database.read() as connection:
            return await read_thread(connection, thread_id)

    async def opened_on(self, message_id: int) -> Thread | None:
        """The thread that was opened on this message."""
        async with self._database.read() as connection:
            return await read_thread(connection, message_id, _OPENED_ON)

    async def with_character(self, character_id: str) -> list[int]:
        """The threads in which this character counts now."""
        newest = (
            select(thread_steps.c.thread_id, func.max(thread_steps.c.number).label("number"))
            .group_by(thread_steps.c.thread_id)
            .subquery()
        )
        async with self._database.read() as connection:
            found = await connection.execute(
                select(thread_steps.c.thread_id)
                .join(
                    newest,
                    and_(
                        newest.c.thread_id == thread_steps.c.thread_id,
                        newest.c.number == thread_steps.c.number,
                    ),
                )
                .where(thread_steps.c.preset["character_id"].as_string() == character_id)
                .order_by(thread_steps.c.thread_id)
            )
            return list(found.scalars())

    async def results(self, thread_id: int, member_id: int) -> list[Job]:
        """What was made in a thread and is there for this member to see, oldest first.

        Private results of others are not among it.
        """
        async with self._database.read() as connection:
            return await read_jobs(
                connection,
                jobs.c.channel_id == thread_id,
                or_(~jobs.c.private, jobs.c.member_id == member_id),
                *_THERE,
            )

    async def root(self, thread_id: int, parent_id: int) -> Job | None:
        """The result in the channel ``parent_id`` that the thread was opened on."""
        async with self._database.read() as connection:
            thread = await read_thread(connection, thread_id)
            if thread is None or thread.root_message_id is None:
                return None
            message_id = thread.root_message_id
            found = await read_jobs(
                connection,
                jobs.c.channel_id == parent_id,
                or_(jobs.c.message_id == message_id, jobs.c.result_message_id == message_id),
                ~jobs.c.private,
                *_THERE,
            )
            return found[0] if found else await _first_origin(connection, thread_id)

    # --- changing ---

    async def step(
        self,
        thread_id: int,
        server_id: int,
        member_id: int,
        preset: Preset,
        *,
        root_message_id: int | None = None,
    ) -> Thread:
        """From now on ``preset`` holds in the thread, as this member wished.

        The beginning of a thread that was opened on a message is its first step; that of any
        other is that nothing holds, which can be gone back to.
        """
        return await self.change(
            thread_id, server_id, member_id, lambda _held: preset, root_message_id=root_message_id
        )

    async def change(
        self,
        thread_id: int,
        server_id: int,
        member_id: int,
        change: Callable[[Preset], Preset],
        *,
        root_message_id: int | None = None,
    ) -> Thread:
        """The same, by what holds before: ``change`` makes of it what holds from now on."""
        async with self._database.write() as connection:
            known = await read_thread(connection, thread_id)
            held = Preset() if known is None else known.preset
            number = 0 if known is None else known.steps
            if known is None:
                await connection.execute(
                    insert(threads).values(
                        id=thread_id,
                        server_id=server_id,
                        root_message_id=root_message_id,
                        created_at=self._clock(),
                    )
                )
                if root_message_id is None:
                    number = 1
                    await self._insert(connection, thread_id, number, member_id, held)
            elif root_message_id is not None and known.root_message_id is None:
                await connection.execute(
                    update(threads)
                    .where(threads.c.id == thread_id)
                    .values(root_message_id=root_message_id)
                )
            await self._insert(connection, thread_id, number + 1, member_id, change(held))
            return await _known(connection, thread_id)

    async def kept(self, thread: Thread, preset: Preset) -> bool:
        """The pictures of its last step are kept here now, as ``preset`` has them.

        False where that step is no longer as ``thread`` has it: nothing is changed then.
        """
        async with self._database.write() as connection:
            known = await read_thread(connection, thread.id)
            if known is None or (known.steps, known.preset) != (thread.steps, thread.preset):
                return False
            await connection.execute(
                update(thread_steps)
                .where(thread_steps.c.thread_id == thread.id, thread_steps.c.number == thread.steps)
                .values(preset=preset_record(preset))
            )
            await hold(connection, _holder(thread.id, thread.steps), preset.references)
            return True

    async def undo(
        self, thread_id: int, *, step: int | None = None, member_id: int | None = None
    ) -> Thread | None:
        """Go back one step; ``None`` where there is none to go back to.

        Given a ``step`` and whose it was, raises ``PersonError`` where that is not the last one.
        """
        async with self._database.write() as connection:
            known = await read_thread(connection, thread_id)
            if step is not None and (
                known is None or (known.steps, known.member_id) != (step, member_id)
            ):
                raise PersonError(
                    _(
                        "This was undone already, or somebody changed something here since. "
                        "`/thread settings` shows what holds now, and `/thread undo` takes back "
                        "the last step."
                    )
                )
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

    async def forget(self, thread_id: int) -> None:
        """The thread is gone from Discord, and so is what held in it."""
        async with self._database.write() as connection:
            numbers = await connection.execute(
                delete(thread_steps)
                .where(thread_steps.c.thread_id == thread_id)
                .returning(thread_steps.c.number)
            )
            await drop(connection, *(_holder(thread_id, number) for (number,) in numbers))
            await connection.execute(delete(threads).where(threads.c.id == thread_id))

    async def _insert(
        self,
        connection: AsyncConnection,
        thread_id: int,
        number: int,
        member_id: int,
        preset: Preset,
    ) -> None:
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


# A result that people can see.
_THERE = (
    jobs.c.state == State.DONE.value,
    jobs.c.deleted_at.is_(None),
    jobs.c.stop_requested_at.is_(None),
)


async def _first_origin(connection: AsyncConnection, thread_id: int) -> Job | None:
    """The result that the thread's first step took its picture from.

    Where a result was brought back and continued from there, its own message is another.
    """
    found = await connection.execute(
        select(thread_steps.c.preset).where(
            thread_steps.c.thread_id == thread_id, thread_steps.c.number == 1
        )
    )
    record = found.scalar_one_or_none()
    for reference in read_preset(record).references if record else ():
        if reference.origin is not None:
            made = await read_jobs(
                connection, jobs.c.id == reference.origin.job_id, ~jobs.c.private, *_THERE
            )
            return made[0] if made else None
    return None


async def _known(connection: AsyncConnection, thread_id: int) -> Thread:
    found = await read_thread(connection, thread_id)
    if found is None:
        raise LookupError(f"there is no thread {thread_id}")
    return found


def _thread_where(condition: ColumnElement[bool]) -> Select[Any]:
    last = (
        select(func.max(thread_steps.c.number))
        .where(thread_steps.c.thread_id == threads.c.id)
        .correlate(threads)
        .scalar_subquery()
    )
    return (
        select(
            threads,
            thread_steps.c.number,
            thread_steps.c.preset,
            thread_steps.c.member_id,
            thread_steps.c.at,
        )
        .join(thread_steps, thread_steps.c.thread_id == threads.c.id)
        .where(condition, thread_steps.c.number == last)
    )


_THREAD = _thread_where(threads.c.id == bindparam("id"))
_OPENED_ON = _thread_where(threads.c.root_message_id == bindparam("id"))


async def read_thread(
    connection: AsyncConnection, wanted: int, by: Select[Any] = _THREAD
) -> Thread | None:
    """What holds in the thread of that id; ``None`` where nobody has said."""
    found = await connection.execute(by, {"id": wanted})
    row = found.mappings().one_or_none()
    if row is None:
        return None
    return Thread(
        id=row["id"],
        server_id=row["server_id"],
        root_message_id=row["root_message_id"],
        sheet_message_id=row["sheet_message_id"],
        steps=row["number"],
        preset=read_preset(row["preset"]),
        member_id=row["member_id"],
        changed_at=row["at"],
    )


def _holder(thread_id: int, number: int) -> str:
    return f"thread-{thread_id}-{number}"
