"""Warns the operator before the budget of a month is used up: each warning once."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

import structlog
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.credits.budget import Budget
from bot.errors import DatabaseFailingError, StorageError
from bot.generation import Mode
from bot.jobs.timing import Timing
from bot.storage.database import Database
from bot.storage.schema import budget_warnings

log = structlog.get_logger(__name__)

WARNED_AT: Final = (50, 80, 100)
"""Per cent of the budget."""
# Nobody looks more often than this, however much is sent: seconds.
LOOK_GAP: Final = 5.0
# When a warning that reached nobody is tried again, in seconds: they may take no messages at all.
AGAIN: Final = 3600.0
_CHEAPEST: Final = min(mode.price for mode in Mode)


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """``percent`` of the month's ``budget`` are used, ``sent`` credits; a new one begins then."""

    percent: int
    sent: int
    budget: int
    resets_at: float

    @property
    def used_up(self) -> bool:
        """Whether nothing more can be asked of the image API."""
        return self.percent == WARNED_AT[-1]


class Operator(Protocol):
    """Who runs the bot."""

    async def budget_used(self, use: BudgetUse) -> bool:
        """So much of the budget is used; whether anybody was told."""


class BudgetWatch:
    """Looks at the month's spending after ``look()``, and at the start of ``run()``."""

    def __init__(
        self, database: Database, budget: Budget, *, operator: Operator, timing: Timing
    ) -> None:
        self._database = database
        self._budget = budget
        self._operator = operator
        self._timing = timing
        self._news = asyncio.Event()
        # what was told and may not be recorded yet, where the database failed just then
        self._told = set[tuple[date, int]]()

    def look(self) -> None:
        """More was spent. Does not wait."""
        self._news.set()

    async def run(self) -> None:
        """Watch until cancelled; ends at once where there is no budget."""
        while self._budget.credits is not None:
            self._news.clear()
            pause = LOOK_GAP
            try:
                told = await self.check()
            except StorageError as error:
                tell = log.debug if isinstance(error, DatabaseFailingError) else log.warning
                tell("the budget cannot be looked at", reason=str(error))
                self._news.set()
            else:
                if not told:
                    pause = AGAIN
                    self._news.set()
            await self._timing.sleep(pause)
            await self._news.wait()

    async def check(self) -> bool:
        """Warn where that is due; false where nobody could be told. Raises ``StorageError``."""
        budget, month = self._budget.credits, self._budget.month()
        if budget is None:
            return True
        async with self._database.read() as connection:
            sent = await self._budget.sent(connection)
            recorded = await _recorded(connection, month.first, budget)
        due = [each for each in reached(sent, budget) if each not in recorded]
        if not due:
            return True
        # Of several at once the last one says it all.
        if (month.first, due[-1]) not in self._told:
            log.warning("the budget of the month", percent=due[-1], sent=sent, budget=budget)
            use = BudgetUse(due[-1], sent, budget, month.resets_at)
            if not await self._operator.budget_used(use):
                return False
            self._told.add((month.first, due[-1]))
        async with self._database.write() as connection:
            await connection.execute(
                insert(budget_warnings),
                [
                    {
                        "month": month.first,
                        "budget": budget,
                        "percent": each,
                        "told_at": self._timing.clock(),
                    }
                    for each in due
                ],
            )
        return True


def reached(sent: int, budget: int) -> list[int]:
    """Which of ``WARNED_AT`` are reached, smallest first.

    The last one is where the rest is not enough for the cheapest request: more is never spent.
    """
    used_up = sent + _CHEAPEST > budget
    return [each for each in WARNED_AT if used_up or sent * 100 >= each * budget]


async def _recorded(connection: AsyncConnection, month: date, budget: int) -> set[int]:
    rows = await connection.execute(
        select(budget_warnings.c.percent).where(
            budget_warnings.c.month == month, budget_warnings.c.budget == budget
        )
    )
    return {percent for (percent,) in rows}
