"""Reports of results, for whoever is responsible: each member reports a result once."""

from collections.abc import Callable
from enum import Enum, auto

from sqlalchemy import insert, select

from bot.moderation.log import Kind, note
from bot.storage.database import Database
from bot.storage.schema import reports


class Addressee(Enum):
    """Who is told of a report."""

    MODERATORS = auto()  # in their log channel
    OPERATOR = auto()


class Reports:
    """Who has reported which result."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def note(
        self, server_id: int, job_id: str, member_id: int, reason: str
    ) -> Addressee | None:
        """Note that this member reports this result; ``None`` where they had done so before.

        Where the server has a log channel, it tells its moderators of it; else it is for the
        caller to tell the operator.
        """
        now = self._clock()
        async with self._database.write() as connection:
            known = await connection.execute(
                select(reports.c.job_id).where(
                    reports.c.job_id == job_id, reports.c.member_id == member_id
                )
            )
            if known.first() is not None:
                return None
            await connection.execute(
                insert(reports).values(job_id=job_id, member_id=member_id, at=now)
            )
            content = {"job": job_id, "by": member_id, "reason": reason}
            logged = await note(connection, server_id, Kind.REPORT, content, at=now)
        return Addressee.MODERATORS if logged else Addressee.OPERATOR
