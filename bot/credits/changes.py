"""Who has changed what in a server, from what to what. Only ever added to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.credits.caps import Subject
from bot.moderation.log import Kind, note
from bot.storage.schema import changes


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``before`` and ``after`` are what JSON keeps of it; ``None``: nothing."""

    server_id: int
    at: float
    by: int
    what: str
    subject: Subject | None = None
    subject_id: int | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


async def record(connection: AsyncConnection, change: Change) -> None:
    """Add a change, in the transaction that makes it, and to the server's log."""
    content = {
        "by": change.by,
        "what": change.what,
        "subject": change.subject.value if change.subject else None,
        "subject_id": change.subject_id,
        "before": change.before,
        "after": change.after,
    }
    await note(connection, change.server_id, Kind.CHANGE, content, at=change.at)
    await connection.execute(
        insert(changes).values(
            server_id=change.server_id,
            at=change.at,
            **content,
        )
    )


async def last_changes(connection: AsyncConnection, server_id: int, count: int) -> list[Change]:
    """The last changes in a server, newest first."""
    rows = await connection.execute(
        select(changes)
        .where(changes.c.server_id == server_id)
        .order_by(changes.c.at.desc(), changes.c.id.desc())
        .limit(count)
    )
    return [
        Change(
            server_id=row["server_id"],
            at=row["at"],
            by=row["by"],
            what=row["what"],
            subject=Subject(row["subject"]) if row["subject"] else None,
            subject_id=row["subject_id"],
            before=row["before"],
            after=row["after"],
        )
        for row in rows.mappings()
    ]
