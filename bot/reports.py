"""Reports of results, for whoever is responsible: each member reports a result once."""

from collections.abc import Callable

from sqlalchemy import insert, select

from bot.storage.database import Database
from bot.storage.schema import reports


class Reports:
    """Who has reported which result."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def note(self, job_id: str, member_id: int) -> bool:
        """Note that this member reports this result; false where they had done so before."""
        async with self._database.write() as connection:
            known = await connection.execute(
                select(reports.c.job_id).where(
                    reports.c.job_id == job_id, reports.c.member_id == member_id
                )
            )
            if known.first() is not None:
                return False
            await connection.execute(
                insert(reports).values(job_id=job_id, member_id=member_id, at=self._clock())
            )
            return True
