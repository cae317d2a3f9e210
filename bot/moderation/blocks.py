"""Who may not use the bot in a server, until when and why."""

from collections.abc import Callable

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.admission import Block
from bot.credits.caps import Subject
from bot.credits.changes import Change, record
from bot.storage.database import Database
from bot.storage.schema import blocks


async def read_block(
    connection: AsyncConnection, server_id: int, member_id: int, now: float
) -> Block | None:
    """The block that holds for the member at this moment; ``None``: there is none, or none more."""
    found = await _read(connection, server_id, member_id)
    return found if found and (found.until is None or found.until > now) else None


class Blocks:
    """Every server's blocks. What changes here holds from the next request on."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def of(self, server_id: int, member_id: int) -> Block | None:
        """The block that holds for the member at this moment, if there is one."""
        async with self._database.read() as connection:
            return await read_block(connection, server_id, member_id, self._clock())

    async def live(self, server_id: int) -> list[Block]:
        """All blocks of a server that hold at this moment, newest first."""
        now = self._clock()
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(blocks)
                .where(
                    blocks.c.server_id == server_id,
                    blocks.c.until.is_(None) | (blocks.c.until > now),
                )
                .order_by(blocks.c.at.desc())
            )
            return [
                Block(row.member_id, row.until, row.reason, row.told, row.by, row.at)
                for row in rows
            ]

    async def block(
        self,
        server_id: int,
        member_id: int,
        *,
        until: float | None,
        reason: str,
        told: bool,
        by: int,
    ) -> Block | None:
        """Block the member, in the place of an earlier block; that one, if it still held."""
        now = self._clock()
        new = Block(member_id, until, reason, told, by, now)
        async with self._database.write() as connection:
            before = await self._take_out(connection, server_id, member_id)
            await connection.execute(
                insert(blocks).values(
                    server_id=server_id,
                    member_id=member_id,
                    until=until,
                    reason=reason,
                    told=told,
                    by=by,
                    at=now,
                )
            )
            await self._record(connection, server_id, "block", member_id, before, new, by)
        return before

    async def unblock(self, server_id: int, member_id: int, *, by: int) -> Block | None:
        """Let the member use the bot again; the block that held, ``None`` where none did."""
        async with self._database.write() as connection:
            before = await self._take_out(connection, server_id, member_id)
            if before is not None:
                await self._record(connection, server_id, "unblock", member_id, before, None, by)
        return before

    async def _take_out(
        self, connection: AsyncConnection, server_id: int, member_id: int
    ) -> Block | None:
        before = await read_block(connection, server_id, member_id, self._clock())
        await connection.execute(
            delete(blocks).where(blocks.c.server_id == server_id, blocks.c.member_id == member_id)
        )
        return before

    async def _record(  # noqa: PLR0917 - one call each, beside each other
        self,
        connection: AsyncConnection,
        server_id: int,
        what: str,
        member_id: int,
        before: Block | None,
        after: Block | None,
        by: int,
    ) -> None:
        await record(
            connection,
            Change(
                server_id,
                self._clock(),
                by,
                what,
                Subject.MEMBER,
                member_id,
                before=_written(before),
                after=_written(after),
            ),
        )


_BLOCK = select(blocks).where(
    blocks.c.server_id == bindparam("server_id"), blocks.c.member_id == bindparam("member_id")
)


async def _read(connection: AsyncConnection, server_id: int, member_id: int) -> Block | None:
    found = await connection.execute(_BLOCK, {"server_id": server_id, "member_id": member_id})
    row = found.one_or_none()
    if row is None:
        return None
    return Block(row.member_id, row.until, row.reason, row.told, row.by, row.at)


def _written(block: Block | None) -> dict[str, object] | None:
    if block is None:
        return None
    return {"until": block.until, "reason": block.reason, "told": block.told}
