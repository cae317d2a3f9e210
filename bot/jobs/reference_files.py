"""The bytes of references, once each, so that they can be used when Discord's address is dead."""

from collections.abc import Callable, Iterable

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.generation import Reference
from bot.jobs.states import UNFINISHED
from bot.references import PreparedReference
from bot.storage.database import Database
from bot.storage.schema import (
    character_pictures,
    held_files,
    job_references,
    jobs,
    reference_files,
)

DAY_SECONDS = 86_400.0


class ReferenceFiles:
    """Pictures as the image API takes them, under the hash of their bytes."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def keep(self, reference: PreparedReference) -> None:
        """Keep the bytes, or note that they were used again."""
        now = self._clock()
        async with self._database.write() as connection:
            known = await connection.execute(
                update(reference_files)
                .where(reference_files.c.sha256 == reference.sha256)
                .values(last_used_at=now)
            )
            if known.rowcount == 0:
                await connection.execute(
                    insert(reference_files).values(
                        sha256=reference.sha256,
                        content_type=reference.content_type,
                        width=reference.width,
                        height=reference.height,
                        data=reference.data,
                        last_used_at=now,
                    )
                )

    async def load(self, sha256: str) -> bytes | None:
        """The bytes of that hash, if they are still kept."""
        async with self._database.read() as connection:
            found = await connection.execute(
                select(reference_files.c.data).where(reference_files.c.sha256 == sha256)
            )
            data = found.scalar_one_or_none()
            return None if data is None else bytes(data)

    async def forget_unused(self, days: int) -> int:
        """Forget what was not used for so many days; how many files that were.

        What a character is made of stays, what is held, and what a job waits to be made from.
        """
        needed = (
            select(character_pictures.c.sha256),
            select(held_files.c.sha256),
            select(job_references.c.sha256)
            .join(jobs, jobs.c.id == job_references.c.job_id)
            .where(
                jobs.c.state.in_([state.value for state in UNFINISHED]),
                job_references.c.sha256.is_not(None),
            ),
        )
        async with self._database.write() as connection:
            gone = await connection.execute(
                delete(reference_files).where(
                    reference_files.c.last_used_at < self._clock() - days * DAY_SECONDS,
                    *(reference_files.c.sha256.not_in(hashes) for hashes in needed),
                )
            )
            return gone.rowcount


async def hold(connection: AsyncConnection, holder: str, references: Iterable[Reference]) -> None:
    """Keep the bytes of these references, and of no others, as long as ``holder`` holds them.

    A holder is a draft or a step of a thread, by a name of its own of at most 48 characters.
    """
    await drop(connection, holder)
    hashes = sorted({each.sha256 for each in references if each.sha256})
    if hashes:
        await connection.execute(
            insert(held_files), [{"holder": holder, "sha256": each} for each in hashes]
        )


async def drop(connection: AsyncConnection, *holders: str) -> None:
    """What these held may be forgotten in time."""
    await connection.execute(delete(held_files).where(held_files.c.holder.in_(holders)))


async def drop_all(connection: AsyncConnection, holders: Select[str]) -> None:
    """The same for holders that the database names: any number of them."""
    await connection.execute(delete(held_files).where(held_files.c.holder.in_(holders)))
