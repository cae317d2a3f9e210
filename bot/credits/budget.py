"""What the operator is willing to spend in a calendar month, over all servers."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.credits.caps import Period, window
from bot.errors import PersonError
from bot.jobs.states import State
from bot.language import _
from bot.storage.schema import jobs


class BudgetReachedError(PersonError):
    """The operator's budget does not leave enough for one more job."""


class Budget:
    """A limit on what API in One may charge this bot in a month (UTC); ``None``: no limit.

    It counts every request that was accepted or may have been, whatever its member was charged,
    and what waits in the queue.
    """

    def __init__(self, credits: int | None, *, clock: Callable[[], float]) -> None:
        self._credits = credits
        self._clock = clock

    async def check(self, connection: AsyncConnection, price: int) -> None:
        """Raise ``BudgetReachedError`` unless ``price`` credits more may be spent."""
        if self._credits is None:
            return
        month = window(Period.MONTH, self._clock())
        spent = await self.spent(connection)
        if spent + price > self._credits:
            raise BudgetReachedError(
                _(
                    "This bot has used up what its operator set aside for the month. "
                    "Nothing was charged; it goes on <t:{when}:R>."
                ).format(when=round(month.resets_at))
            )

    async def spent(self, connection: AsyncConnection) -> int:
        """Credits spent, or about to be, in the month of this moment."""
        month = window(Period.MONTH, self._clock())
        sent = await _total(
            connection,
            jobs.c.submitted_at >= month.begins_at,
            or_(
                jobs.c.task_id.is_not(None),
                jobs.c.state.in_([State.SUBMITTING.value, State.UNCONFIRMED.value]),
            ),
        )
        return sent + await _total(connection, jobs.c.state == State.QUEUED.value)


async def _total(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> int:
    total = select(func.coalesce(func.sum(jobs.c.price), 0)).where(*conditions)
    return int((await connection.execute(total)).scalar_one())
