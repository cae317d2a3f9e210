"""What the operator is willing to spend in a calendar month, over all servers."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.credits.caps import Period, Window, window
from bot.errors import PersonError
from bot.jobs.states import Failure, State
from bot.language import _
from bot.storage.schema import jobs

# The jobs whose ``POST`` the image API has accepted, or may have. One that was certainly refused
# goes back into the queue without its ``submitted_at``, so that each counts when it was sent last.
WAS_SENT: Final[ColumnElement[bool]] = and_(
    jobs.c.submitted_at.is_not(None),
    or_(
        jobs.c.task_id.is_not(None),
        jobs.c.state.in_([State.SUBMITTING.value, State.UNCONFIRMED.value]),
        # on its way to the image API, or back, when a mistake in the program ended it
        jobs.c.failure == Failure.PROGRAM_ERROR.value,
    ),
)


class BudgetReachedError(PersonError):
    """The operator's budget does not leave enough for one more job."""


class Budget:
    """A limit on what API in One may charge this bot in a month (UTC); ``None``: no limit.

    It counts every request that was accepted or may have been, whatever its member was charged,
    and what waits in the queue.
    """

    def __init__(self, credits: int | None, *, clock: Callable[[], float]) -> None:
        self.credits = credits
        self._clock = clock

    def month(self) -> Window:
        """The month of this moment."""
        return window(Period.MONTH, self._clock())

    async def check(self, connection: AsyncConnection, price: int) -> None:
        """Raise ``BudgetReachedError`` unless ``price`` credits more may be spent."""
        if self.credits is None:
            return
        spent = await self.spent(connection)
        if spent + price > self.credits:
            raise BudgetReachedError(
                _(
                    "This bot has used up what its operator set aside for the month. "
                    "Nothing was charged; it goes on <t:{when}:R>."
                ).format(when=round(self.month().resets_at))
            )

    async def spent(self, connection: AsyncConnection) -> int:
        """Credits spent, or about to be, in the month of this moment."""
        return await self.sent(connection) + await self.waiting(connection)

    async def sent(self, connection: AsyncConnection) -> int:
        """Credits of what was sent to the image API in the month of this moment."""
        return await _total(connection, WAS_SENT, jobs.c.submitted_at >= self.month().begins_at)

    async def waiting(self, connection: AsyncConnection) -> int:
        """Credits of what is in the queue, which are spent unless it is cancelled."""
        return await _total(connection, jobs.c.state == State.QUEUED.value)


async def _total(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> int:
    total = select(func.coalesce(func.sum(jobs.c.price), 0)).where(*conditions)
    return int((await connection.execute(total)).scalar_one())
