"""What a member sees of their own credits in a server: all of it of one moment."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.credits.balances import Balance
from bot.credits.caps import window
from bot.credits.ledger import Ledger
from bot.credits.rules import ServerRules, read_rules
from bot.jobs.job import Job
from bot.jobs.records import read_last_jobs
from bot.storage.database import Database
from bot.stretch import Stretch
from bot.usage import DaySum, read_days


@dataclass(frozen=True, slots=True)
class Account:
    """What is left, and the last jobs, newest first."""

    balance: Balance
    jobs: list[Job]


@dataclass(frozen=True, slots=True)
class Statement(Account):
    """The same with each day of the period that the balance is of, as the server counts days."""

    days: list[DaySum]


class Accounts:
    """Everybody's. ``last`` is how many jobs are wanted."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    async def glance(
        self, server_id: int, member_id: int, roles: Collection[int], *, last: int
    ) -> Account:
        """The account as it is now."""
        async with self._database.read() as connection:
            known = await read_rules(connection, server_id)
            standing = await self._ledger.standing(connection, server_id, member_id, roles, known)
            jobs = await read_last_jobs(connection, server_id, member_id, last)
        return Account(standing.balance, jobs)

    async def statement(
        self, server_id: int, member_id: int, roles: Collection[int], *, last: int
    ) -> Statement:
        """The account as it is now, with the days of its period."""
        async with self._database.read() as connection:
            known = await read_rules(connection, server_id)
            standing = await self._ledger.standing(connection, server_id, member_id, roles, known)
            jobs = await read_last_jobs(connection, server_id, member_id, last)
            balance, zone = standing.balance, (known or ServerRules()).zone
            period = window(balance.cap.period, balance.resets_at - 1, zone)
            stretch = Stretch(period.first, period.last)
            days = await read_days(connection, server_id, member_id, stretch)
        return Statement(balance, jobs, days)
