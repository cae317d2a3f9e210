"""What was asked of the image API and what that cost, apart from what members were charged."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypeVar

from sqlalchemy import Integer, and_, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.credits.budget import WAS_SENT
from bot.storage.schema import jobs, ledger

K = TypeVar("K", int, str, date)

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Spending:
    """Requests that were accepted or may have been, and what they cost.

    Of ``unconfirmed`` nobody knows (yet) whether they were accepted. ``credits`` is what the
    budget counts, ``charged`` what members were charged for the same requests.
    """

    requests: int = 0
    unconfirmed: int = 0
    credits: int = 0
    charged: int = 0

    def __add__(self, other: "Spending") -> "Spending":
        return Spending(
            self.requests + other.requests,
            self.unconfirmed + other.unconfirmed,
            self.credits + other.credits,
            self.charged + other.charged,
        )


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a day (UTC), a server (0: direct messages) and a mode."""

    day: date
    server_id: int
    mode: str
    spent: Spending


async def read_spending(connection: AsyncConnection, first: date, last: date) -> list[Share]:
    """What was sent from ``first`` to ``last``, both included, by day, server and mode."""
    # SQLite cuts the fraction off, and no job is older than 1970.
    number = cast(jobs.c.submitted_at / _DAY_SECONDS, Integer)
    taken = and_(ledger.c.job_id == jobs.c.id, ledger.c.kind == "capture")
    rows = await connection.execute(
        select(
            number,
            jobs.c.server_id,
            jobs.c.mode,
            func.count(),
            func.sum(case((jobs.c.task_id.is_(None), 1), else_=0)),
            func.sum(jobs.c.price),
            func.coalesce(func.sum(ledger.c.credits), 0),
        )
        .select_from(jobs.outerjoin(ledger, taken))  # each job has one capture at most
        .where(
            WAS_SENT,
            jobs.c.submitted_at >= _midnight(first),
            jobs.c.submitted_at < _midnight(last) + _DAY_SECONDS,
        )
        .group_by(number, jobs.c.server_id, jobs.c.mode)
        .order_by(number, jobs.c.server_id, jobs.c.mode)
    )
    return [
        Share(
            datetime.fromtimestamp(int(day) * _DAY_SECONDS, UTC).date(),
            server_id,
            mode,
            Spending(*(int(count) for count in counts)),
        )
        for day, server_id, mode, *counts in rows
    ]


def total(shares: Iterable[Share]) -> Spending:
    """All of it together."""
    return sum((share.spent for share in shares), Spending())


def summed(shares: Iterable[Share], key: Callable[[Share], K]) -> dict[K, Spending]:
    """The sums by ``key``, in its order."""
    sums = dict[K, Spending]()
    for share in shares:
        sums[key(share)] = sums.get(key(share), Spending()) + share.spent
    return dict(sorted(sums.items()))


def _midnight(day: date) -> float:
    return datetime.combine(day, time.min, UTC).timestamp()
