"""Credits: set aside when a job is accepted, taken when it is done, given back when it is not.

The ledger is append-only. A hold is one row; what resolves it is one more row, a capture or a
release, and the database refuses a second. The sums that commands read stand in
``daily_totals``, written in the same transaction, and ``bot.credits.audit`` proves them.
"""

from collections.abc import Callable
from datetime import date

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.credits.caps import Balance, Cap, local_day, window
from bot.errors import StorageError
from bot.storage.database import Database
from bot.storage.schema import daily_totals, ledger

Clock = Callable[[], float]


class Ledger:
    """The books. Methods that take a connection run inside the caller's transaction."""

    def __init__(self, database: Database, *, default_cap: Cap, clock: Clock) -> None:
        self._database = database
        self._default_cap = default_cap
        self._clock = clock

    async def balance(self, server_id: int, member_id: int) -> Balance:
        """What the member has used, holds, and has left at this moment."""
        async with self._database.read() as connection:
            return await self.balance_in(connection, server_id, member_id)

    async def balance_in(
        self, connection: AsyncConnection, server_id: int, member_id: int
    ) -> Balance:
        """The same inside a transaction, for decisions that must still hold when it ends."""
        cap = self._default_cap
        stretch = window(cap.period, self._clock())
        row = (
            await connection.execute(
                select(
                    func.coalesce(func.sum(daily_totals.c.used), 0),
                    func.coalesce(func.sum(daily_totals.c.held), 0),
                ).where(
                    daily_totals.c.server_id == server_id,
                    daily_totals.c.member_id == member_id,
                    daily_totals.c.day.between(stretch.first, stretch.last),
                )
            )
        ).one()
        return Balance(cap, int(row[0]), int(row[1]), stretch.resets_at)

    async def hold(
        self,
        connection: AsyncConnection,
        *,
        job_id: str,
        server_id: int,
        member_id: int,
        credits: int,
    ) -> Balance:
        """Set credits aside for a job that is inserted in the same transaction.

        Returns the balance after it. Raises ``CapReachedError`` where the cap does not allow it.
        """
        before = await self.balance_in(connection, server_id, member_id)
        before.check(credits)
        now = self._clock()
        day = local_day(now)
        await connection.execute(
            insert(ledger).values(
                kind="hold",
                job_id=job_id,
                server_id=server_id,
                member_id=member_id,
                credits=credits,
                day=day,
                at=now,
            )
        )
        await self._add(connection, server_id, member_id, day, used=0, held=credits)
        return Balance(before.cap, before.used, before.held + credits, before.resets_at)

    async def capture(self, connection: AsyncConnection, job_id: str) -> None:
        """Take the credits that were held for the job."""
        await self._resolve(connection, job_id, "capture")

    async def release(self, connection: AsyncConnection, job_id: str) -> None:
        """Give the credits that were held for the job back."""
        await self._resolve(connection, job_id, "release")

    async def _resolve(self, connection: AsyncConnection, job_id: str, kind: str) -> None:
        hold = (
            await connection.execute(
                select(ledger).where(ledger.c.job_id == job_id, ledger.c.kind == "hold")
            )
        ).one_or_none()
        if hold is None:
            raise StorageError(f"job {job_id} has no hold to {kind}")
        # The unique index on resolutions refuses the second one, whoever comes with it.
        await connection.execute(
            insert(ledger).values(
                kind=kind,
                job_id=job_id,
                server_id=hold.server_id,
                member_id=hold.member_id,
                credits=hold.credits,
                day=hold.day,
                at=self._clock(),
            )
        )
        used = hold.credits if kind == "capture" else 0
        await self._add(
            connection, hold.server_id, hold.member_id, hold.day, used=used, held=-hold.credits
        )

    @staticmethod
    async def _add(
        connection: AsyncConnection,
        server_id: int,
        member_id: int,
        day: date,
        *,
        used: int,
        held: int,
    ) -> None:
        """Keep the sums of a day in step with the row just written."""
        key = {"server_id": server_id, "member_id": member_id, "day": day}
        changed = await connection.execute(
            update(daily_totals)
            .where(*(daily_totals.c[name] == value for name, value in key.items()))
            .values(used=daily_totals.c.used + used, held=daily_totals.c.held + held)
        )
        if changed.rowcount == 0:
            await connection.execute(insert(daily_totals).values(**key, used=used, held=held))
