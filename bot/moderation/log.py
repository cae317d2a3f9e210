"""What a server's log channel is to show: written with what happened, and posted afterwards.

An entry stands in the transaction of what it tells of, so that none is lost by a restart, and is
gone once it was posted. Servers without a log channel keep no entries.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.server_settings import ServerSettings
from bot.storage.database import Database
from bot.storage.schema import changes, log_entries, servers


class Kind(StrEnum):
    """What an entry tells of."""

    JOB = "job"  # it ended
    REFUSAL = "refusal"
    CHANGE = "change"
    DELETED = "deleted"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. ``content`` is what JSON keeps of it; ``at`` is seconds since 1970."""

    id: int
    at: float
    kind: Kind
    content: Mapping[str, Any]


async def note(
    connection: AsyncConnection,
    server_id: int,
    kind: Kind,
    content: Mapping[str, Any],
    *,
    at: float,
) -> bool:
    """Let the server's log tell of this; false where it has no log channel."""
    kept = await connection.execute(select(servers.c.settings).where(servers.c.id == server_id))
    row = kept.one_or_none()
    if row is None or ServerSettings.read(row.settings).log_channel is None:
        return False
    await connection.execute(
        insert(log_entries).values(
            server_id=server_id, at=at, kind=kind.value, content=dict(content)
        )
    )
    return True


class LogBook:
    """The entries that are to be posted."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def waiting(self) -> list[int]:
        """The servers that have entries."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(log_entries.c.server_id).distinct())
            return [row.server_id for row in rows]

    async def next(self, server_id: int, count: int) -> tuple[ServerSettings, list[Entry]]:
        """The server's settings, and its oldest entries, at most so many."""
        async with self._database.read() as connection:
            kept = await connection.execute(
                select(servers.c.settings).where(servers.c.id == server_id)
            )
            rows = await connection.execute(
                select(log_entries)
                .where(log_entries.c.server_id == server_id)
                .order_by(log_entries.c.id)
                .limit(count)
            )
            return (
                ServerSettings.read(kept.scalar_one()),
                [Entry(row.id, row.at, Kind(row.kind), row.content) for row in rows],
            )

    async def posted(self, server_id: int, last_id: int) -> None:
        """All of the server's entries up to this one were posted."""
        async with self._database.write() as connection:
            await connection.execute(
                delete(log_entries).where(
                    log_entries.c.server_id == server_id, log_entries.c.id <= last_id
                )
            )

    async def lose(self, server_id: int, channel_id: int) -> int | None:
        """The channel is gone: there is no log any more, and what waited for it is dropped.

        Returns who had named the channel, ``None`` where it is no longer the log channel.
        """
        async with self._database.write() as connection:
            kept = await connection.execute(
                select(servers.c.settings).where(servers.c.id == server_id)
            )
            settings = ServerSettings.read(kept.scalar_one())
            if settings.log_channel != channel_id:
                return None
            gone = replace(settings, log_channel=None).written()
            await connection.execute(
                servers.update().where(servers.c.id == server_id).values(settings=gone)
            )
            await connection.execute(
                delete(log_entries).where(log_entries.c.server_id == server_id)
            )
            rows = await connection.execute(
                select(changes.c.by, changes.c.after)
                .where(changes.c.server_id == server_id, changes.c.what == "settings")
                .order_by(changes.c.id.desc())
            )
            named = [row.by for row in rows if (row.after or {}).get("log_channel") == channel_id]
            await connection.execute(
                changes.insert().values(
                    server_id=server_id,
                    at=self._clock(),
                    by=0,
                    what="settings",
                    before={"log_channel": channel_id},
                    after={"log_channel": None},
                )
            )
            return int(named[0]) if named else None
